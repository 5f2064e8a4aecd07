package dev.opsagent.tools.npm;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.Verdaccio;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NpmScriptsTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final URI NOWHERE = URI.create("http://127.0.0.1:9/");

  @TempDir Path folder;
  private Path checkout;
  private LocalPrograms programs;

  @BeforeEach
  void makeFolders() throws IOException {
    Peers.require("npm", "install Node.js 20");
    checkout = Files.createDirectory(folder.resolve("checkout"));
    programs =
        new LocalPrograms(
            folder.resolve("scratch"), Peers.searchPath(), Redactor.of(Map.of()), "auto");
  }

  @Test
  void aScriptRunsInThePackageAndItsExitCodeIsTheResult() throws IOException {
    manifest("{\"scripts\":{\"test\":\"pwd > where\",\"fail\":\"exit 3\"}}");
    NpmScripts scripts = scripts(NOWHERE);
    assertThat(ok(scripts.run(checkout, "test", LIMIT)).exitCode()).isZero();
    assertThat(checkout.resolve("where")).hasContent(checkout.toRealPath().toString());
    assertThat(ok(scripts.run(checkout, "fail", LIMIT)).exitCode()).isEqualTo(3);
    assertThat(no(scripts.run(checkout, "--version", LIMIT)).code())
        .isEqualTo(ReasonCode.INVALID_PARAMETERS);
  }

  @Test
  void nothingIsInstalledWithoutDependencies() throws IOException {
    manifest("{\"name\":\"none\",\"version\":\"1.0.0\"}");
    Files.writeString(checkout.resolve("package-lock.json"), "not even JSON");
    assertThat(ok(scripts(NOWHERE).install(checkout, LIMIT)))
        .isEqualTo(new Finished(0, "", "", Duration.ZERO));
    assertThat(no(scripts(NOWHERE).install(folder, LIMIT)).code())
        .isEqualTo(ReasonCode.PRECONDITION_FAILED);
  }

  @Test
  void lockedDependenciesComeFromTheConfiguredRegistry() throws IOException {
    try (LocalVerdaccio verdaccio = Verdaccio.start(folder.resolve("verdaccio"))) {
      NpmRegistry registry =
          new NpmRegistry(
              new NpmRegistrySettings(
                  "here",
                  verdaccio.url(),
                  () -> new Answer.Ok<>(Optional.of(verdaccio.token())),
                  folder.resolve("npm"),
                  LIMIT),
              programs);
      Path dependency = Files.createDirectory(folder.resolve("dependency"));
      Files.writeString(
          dependency.resolve("package.json"), "{\"name\":\"needed\",\"version\":\"1.0.0\"}");
      ok(
          registry.publish(
              ok(registry.pack(dependency, folder.resolve("out"))), "latest", Optional.empty()));
      String integrity = ok(registry.find("needed")).orElseThrow().versions().get("1.0.0");
      manifest("{\"name\":\"app\",\"version\":\"1.0.0\",\"dependencies\":{\"needed\":\"1.0.0\"}}");
      Files.writeString(
          checkout.resolve("package-lock.json"),
          """
          {"name":"app","version":"1.0.0","lockfileVersion":3,"packages":{
            "":{"name":"app","version":"1.0.0","dependencies":{"needed":"1.0.0"}},
            "node_modules/needed":{"version":"1.0.0","integrity":"%s"}}}
          """
              .formatted(integrity));

      Finished finished = ok(scripts(verdaccio.url()).install(checkout, LIMIT));

      assertThat(finished.stderr()).isEmpty();
      assertThat(finished.exitCode()).isZero();
      assertThat(checkout.resolve("node_modules/needed/package.json")).exists();
    }
  }

  private NpmScripts scripts(URI registry) {
    return new NpmScripts(programs, Optional.of(registry), folder.resolve("npm-scripts"));
  }

  private void manifest(String json) throws IOException {
    Files.writeString(checkout.resolve("package.json"), json);
  }
}
