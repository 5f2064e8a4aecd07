package dev.opsagent.tools.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartCommandTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectories(folder.resolve("src"));
    Files.writeString(folder.resolve("src/app.js"), "");
    Files.writeString(folder.resolve("index.js"), "");
  }

  @Test
  void aCommandOfTheTaskIsTakenAsItIs() {
    assertThat(of("{}", "node", "a b.js", "$HOME"))
        .isEqualTo(new Answer.Ok<>(List.of("node", "a b.js", "$HOME")));
  }

  @Test
  void aPlainStartScriptIsSplitWithoutAShell() {
    assertThat(of("{\"scripts\":{\"start\":\"node  ./src/app.js --verbose a=b\"}}"))
        .isEqualTo(new Answer.Ok<>(List.of("node", "./src/app.js", "--verbose", "a=b")));
  }

  @Test
  void withoutAStartScriptTheMainFileIsStarted() {
    assertThat(of("{\"main\":\"src/app.js\"}"))
        .isEqualTo(new Answer.Ok<>(List.of("node", "src/app.js")));
    assertThat(of("{}")).isEqualTo(new Answer.Ok<>(List.of("node", "index.js")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "node src/app.js && x",
        "node src/app.js; x",
        "node src/app.js | x",
        "node src/app.js > x",
        "node $FILE",
        "node `x`",
        "node 'src/app.js'",
        "node *.js",
        "NODE_ENV=production node src/app.js",
        "nodemon src/app.js",
        "node",
        "node --require=/tmp/x.js src/app.js",
        "node ../outside.js",
        "node /etc/hostname",
        "node missing.js"
      })
  void aStartScriptThatIsMoreThanNodeAndAFileIsRefused(String script) {
    assertThat(of("{\"scripts\":{\"start\":\"" + script + "\"}}")).isInstanceOf(Answer.No.class);
  }

  @Test
  void aMainFileOutsideThePackageIsRefused() {
    assertThat(of("{\"main\":\"../x.js\"}")).isInstanceOf(Answer.No.class);
    assertThat(of("{\"main\":\"--eval=1\"}")).isInstanceOf(Answer.No.class);
  }

  private Answer<List<String>> of(String manifest, String... told) {
    return StartCommand.of(
        List.of(told), Json.readTree(manifest.getBytes(StandardCharsets.UTF_8)), folder);
  }
}
