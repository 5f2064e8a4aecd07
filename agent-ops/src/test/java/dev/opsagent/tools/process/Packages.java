package dev.opsagent.tools.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.TestingPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Small Node services, packed by npm as a release would be. */
final class Packages {
  static final String ANSWERS_VERSION =
      """
      const { version } = require('./package.json');
      require('http')
        .createServer((request, response) => response.end('version ' + version + ' pid ' + process.pid))
        .listen(process.env.PORT, '127.0.0.1', () => console.log('serving ' + version));
      """;

  private final Path folder;

  Packages(Path folder) {
    this.folder = folder;
  }

  /** Packs a package whose {@code server.js} and further manifest lines are these. */
  Path pack(String version, String server, String manifest) throws IOException {
    Peers.require("npm", "install Node.js 20");
    Path source = Files.createDirectories(folder.resolve("source-" + version));
    Files.writeString(source.resolve("server.js"), server);
    Files.writeString(
        source.resolve("package.json"),
        "{\"name\":\"greeter\",\"version\":\"%s\"%s}".formatted(version, manifest));
    Command pack =
        new Command(
            List.of("npm", "pack", "--ignore-scripts", "--offline"),
            source,
            Map.of("HOME", folder.toString()),
            Duration.ofSeconds(60));
    assertThat(TestingPrograms.ofTheMachine().run(pack))
        .isInstanceOfSatisfying(
            Answer.Ok.class, ok -> assertThat(((Finished) ok.value()).exitCode()).isZero());
    return source.resolve("greeter-" + version + ".tgz");
  }

  static String integrity(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(file));
    return "sha512-" + Base64.getEncoder().encodeToString(digest);
  }
}
