package dev.opsagent.tools.npm;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the npm program in an empty folder of its own, so that no {@code .npmrc} of a repository is
 * read. The credential stands in the environment; its name stands in a private configuration file,
 * bound to the registry's address.
 */
final class NpmProgram {
  private static final Logger LOG = LoggerFactory.getLogger(NpmProgram.class);
  private static final String TOKEN = "OPS_AGENT_NPM_TOKEN";

  private final NpmRegistrySettings settings;
  private final NpmFailures failures;
  private final Programs programs;

  NpmProgram(NpmRegistrySettings settings, NpmFailures failures, Programs programs) {
    this.settings = settings;
    this.failures = failures;
    this.programs = programs;
  }

  /**
   * @param scope scope of the package, or empty; its registry is named too, since a scope's own
   *     setting would win over the general one
   * @param operands what no leading dash turns into an option
   * @param grants beyond the call's own folder, npm's cache and the registry
   */
  Answer<Finished> withCredential(
      String action, String scope, List<String> verb, List<String> operands, Grants grants) {
    return settings
        .token()
        .get()
        .then(token -> withCredential(action, scope, verb, operands, grants, token));
  }

  private Answer<Finished> withCredential(
      String action,
      String scope,
      List<String> verb,
      List<String> operands,
      Grants grants,
      Optional<String> token) {
    if (token.isEmpty()) {
      return new Answer.No<>(failures.rejected(action, "no credential is configured"));
    }
    if (!settings.takesCredentials()) {
      return settings.refused(action);
    }
    List<String> scoped = new ArrayList<>(verb);
    if (!scope.isEmpty()) {
      scoped.add("--" + scope + ":registry=" + settings.url());
    }
    return call(
        action, scoped, operands, Map.of(TOKEN, token.get()), grants.reaching(settings.url()));
  }

  /** Asks no registry. */
  Answer<Finished> withoutCredential(
      String action, List<String> verb, List<String> operands, Grants grants) {
    return call(action, verb, operands, Map.of(), grants);
  }

  private Answer<Finished> call(
      String action,
      List<String> verb,
      List<String> operands,
      Map<String, String> secrets,
      Grants grants) {
    Path cache = settings.folder().resolve("cache");
    List<String> arguments = new ArrayList<>(List.of("npm"));
    arguments.addAll(verb);
    arguments.addAll(NpmOptions.common(Optional.of(settings.url()), cache));
    // Whether an attempt is made again is for the step's policy to say, after a look at the
    // registry.
    arguments.add("--fetch-retries=0");
    arguments.add("--");
    arguments.addAll(operands);
    try (CallFolder folder = CallFolder.below(settings.folder())) {
      Map<String, String> environment = new HashMap<>(secrets);
      environment.put("npm_config_userconfig", folder.writeUserConfig(userConfig()).toString());
      Files.createDirectories(cache);
      Grants all = grants.writing(folder.path(), cache);
      Command command = new Command(arguments, folder.path(), environment, settings.timeout(), all);
      return judge(action, programs.run(command));
    } catch (IOException e) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.INTERNAL,
              action,
              "the folder of the call: " + e,
              "see whether the disk is full"));
    }
  }

  private Answer<Finished> judge(String action, Answer<Finished> answer) {
    return switch (answer) {
      case Answer.Ok<Finished>(Finished finished) when finished.exitCode() == 0 -> answer;
      case Answer.Ok<Finished>(Finished finished) -> new Answer.No<>(failures.of(action, finished));
      case Answer.No<Finished>(Failure failure) when failure.code() == ReasonCode.TIMEOUT ->
          new Answer.No<>(failures.unreachable(action, failure.cause()));
      case Answer.No<Finished> no -> no;
    };
  }

  /** npm sends the credential to addresses below this one only. */
  private String userConfig() {
    String address = settings.url().getRawAuthority() + settings.url().getRawPath();
    return "//" + address + ":_authToken=${" + TOKEN + "}\n";
  }

  /** The working directory of one call. */
  private record CallFolder(Path path) implements AutoCloseable {
    static CallFolder below(Path folder) throws IOException {
      Files.createDirectories(folder);
      CallFolder made = new CallFolder(Files.createTempDirectory(folder, "call-"));
      // npm looks for a manifest in the folders above when it finds none here.
      Files.writeString(made.manifest(), "{}");
      return made;
    }

    Path writeUserConfig(String content) throws IOException {
      Files.createFile(
          userConfig(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return Files.writeString(userConfig(), content);
    }

    private Path manifest() {
      return path.resolve("package.json");
    }

    private Path userConfig() {
      return path.resolve("userconfig");
    }

    /** What stays costs disk, and holds no secret: the call's result still counts. */
    @Override
    public void close() {
      try {
        Files.deleteIfExists(userConfig());
        Files.deleteIfExists(manifest());
        Files.deleteIfExists(path);
      } catch (IOException e) {
        LOG.warn("remove {} after npm ended", path, e);
      }
    }
  }
}
