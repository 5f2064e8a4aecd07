package dev.opsagent.tools.npm;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Grants.Code;
import dev.opsagent.outside.PackageScripts;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the code of npm packages, anonymously towards the registry. */
public final class NpmScripts implements PackageScripts {
  private static final List<String> LOCK_FILES =
      List.of("npm-shrinkwrap.json", "package-lock.json");
  private static final List<String> DEPENDENCIES =
      List.of(
          "dependencies",
          "devDependencies",
          "optionalDependencies",
          "peerDependencies",
          "workspaces");
  private static final long LARGEST_MANIFEST = 1024 * 1024;

  private final Programs programs;
  private final Optional<URI> registry;
  private final Path cache;

  /**
   * @param registry where dependencies come from; absent for npm's own default
   * @param folder private folder for npm's cache; another one than a registry's, since untrusted
   *     code may write to it
   */
  public NpmScripts(Programs programs, Optional<URI> registry, Path folder) {
    this.programs = programs;
    this.registry = registry;
    this.cache = folder.toAbsolutePath().resolve("cache");
  }

  @Override
  public Answer<Finished> install(Path folder, Duration timeout) {
    boolean locked = LOCK_FILES.stream().anyMatch(file -> Files.exists(folder.resolve(file)));
    return dependsOnOthers(folder)
        .then(others ->
            locked && others
                ? npm(folder, timeout, List.of("ci"), Grants.NONE.reaching(registry()))
                : new Answer.Ok<>(new Finished(0, "", "", Duration.ZERO)));
  }

  @Override
  public Answer<Finished> run(Path folder, String script, Duration timeout) {
    return NpmNames.SCRIPT
        .check(script)
        .then(checked -> npm(folder, timeout, List.of("run", checked), Grants.NONE));
  }

  private URI registry() {
    return registry.orElse(NpmOptions.REGISTRY);
  }

  private Answer<Finished> npm(Path folder, Duration timeout, List<String> verb, Grants network) {
    try {
      Files.createDirectories(cache);
    } catch (IOException e) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.INTERNAL,
              "make npm's cache",
              e.toString(),
              "see whether the disk is full"));
    }
    List<String> arguments = new ArrayList<>(List.of("npm"));
    arguments.addAll(verb);
    arguments.addAll(NpmOptions.common(registry, cache));
    // No user's configuration, whose credentials the package's code could read.
    Map<String, String> environment = Map.of("npm_config_userconfig", "/dev/null");
    Grants grants = network.writing(folder, cache).running(Code.REPOSITORY);
    return programs.run(new Command(arguments, folder, environment, timeout, grants));
  }

  private static Answer<Boolean> dependsOnOthers(Path folder) {
    Path file = folder.resolve("package.json");
    try {
      if (Files.size(file) > LARGEST_MANIFEST) {
        return unreadable("it is larger than any manifest");
      }
      JsonNode manifest = JsonMapper.shared().readTree(Files.readAllBytes(file));
      Stream<JsonNode> named = DEPENDENCIES.stream().map(manifest::path);
      return new Answer.Ok<>(named.anyMatch(dependencies -> !dependencies.isEmpty()));
    } catch (IOException | JacksonException e) {
      return unreadable("it is missing or no JSON");
    }
  }

  private static Answer<Boolean> unreadable(String cause) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "read package.json",
            cause,
            "give the repository a valid package.json"));
  }
}
