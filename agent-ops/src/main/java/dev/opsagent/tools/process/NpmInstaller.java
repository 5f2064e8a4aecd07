package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Installs production dependencies with npm, scripts off and without any credential. A package that
 * comes with an {@code npm-shrinkwrap.json} gets exactly what that names; npm packs no other lock
 * file, so without it the newest versions that the manifest allows are taken.
 */
public final class NpmInstaller implements DependencyInstaller {
  private static final URI NPM = URI.create("https://registry.npmjs.org/");

  private final Programs programs;
  private final Optional<URI> registry;

  /**
   * @param registry where packages come from; absent: where npm takes them from by itself
   */
  public NpmInstaller(Programs programs, Optional<URI> registry) {
    this.programs = programs;
    this.registry = registry;
  }

  @Override
  public Answer<Boolean> install(Path folder, Duration timeout) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "npm",
                "install",
                "--omit=dev",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--no-package-lock",
                "--no-update-notifier"));
    registry.ifPresent(uri -> arguments.add("--registry=" + uri));
    Grants grants = Grants.NONE.writing(folder).reaching(registry.orElse(NPM));
    return programs
        .run(new Command(arguments, folder, Map.of(), timeout, grants))
        .then(NpmInstaller::judge);
  }

  private static Answer<Boolean> judge(Finished finished) {
    if (finished.exitCode() == 0) {
      return new Answer.Ok<>(true);
    }
    return new Answer.No<>(
        Failure.passing(
            ReasonCode.TOOL_FAILED,
            "install the production dependencies of the package",
            "npm ended with exit code " + finished.exitCode() + verdict(finished),
            "install the package by hand to see what is missing"));
  }

  private static String verdict(Finished finished) {
    return finished
        .stderr()
        .lines()
        .filter(line -> line.startsWith("npm error"))
        .map(line -> ": " + line.replaceAll("\\p{Cntrl}+", " "))
        .findFirst()
        .orElse("");
  }
}
