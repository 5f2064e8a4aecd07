package dev.opsagent.operations.configure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** What the Ops Agent writes and reads, Compose reads too. */
class DotenvInComposeTest {
  private static final List<String> LETTERS =
      List.of("a", "7", " ", "'", "\"", "\\", "\\n", "#", " #", ":", "=", "é", "%", "`", "!", "{");

  @TempDir Path folder;

  @Test
  void everyValueThatIsWrittenIsTheOneThatComposeReads() throws Exception {
    Random random = new Random(7);
    Map<String, String> wanted = new TreeMap<>();
    String text = "# before\r\nexport QUOTED = \"x \\\"y\\\" \\\\ z\" # why\r\nBARE=a b #c\n";
    for (int i = 0; i < 300; i++) {
      wanted.put("K" + i, value(random, i));
    }
    wanted.put("DOLLAR", "costs $5 and ${MORE}");
    text = written(text, wanted);

    Map<String, String> read = new TreeMap<>(new Dotenv().read(text));
    wanted.put("QUOTED", "x \"y\" \\ z");
    wanted.put("BARE", "a b");
    assertThat(read).isEqualTo(wanted);
    assertThat(byCompose(text)).isEqualTo(wanted);
  }

  private static String written(String before, Map<String, String> wanted) throws Stopped {
    String text = before;
    for (Map.Entry<String, String> entry : wanted.entrySet()) {
      text =
          new Dotenv()
              .edit(
                  text,
                  new Edit.Set(
                      entry.getKey(), JsonNodeFactory.instance.stringNode(entry.getValue())));
    }
    return text;
  }

  private static String value(Random random, int length) {
    StringBuilder value = new StringBuilder();
    for (int i = length % 9; i > 0; i--) {
      value.append(LETTERS.get(random.nextInt(LETTERS.size())));
    }
    return value.toString();
  }

  private Map<String, String> byCompose(String text) throws IOException, InterruptedException {
    Path docker = Peers.require("docker", "install docker.io and Docker Compose");
    Files.writeString(folder.resolve("some.env"), text);
    Files.writeString(
        folder.resolve("compose.yaml"),
        "services:\n  x:\n    image: x\n    env_file: [some.env]\n");
    Process compose =
        new ProcessBuilder(docker.toString(), "compose", "config", "--format", "json")
            .directory(folder.toFile())
            .start();
    byte[] said = compose.getInputStream().readAllBytes();
    assertThat(compose.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(compose.exitValue()).isZero();
    Map<String, String> read = new TreeMap<>();
    JsonNode environment = Json.readTree(said).at("/services/x/environment");
    // Compose doubles the dollar, so that its own answer could be read again.
    environment
        .properties()
        .forEach(it -> read.put(it.getKey(), it.getValue().asString().replace("$$", "$")));
    return read;
  }
}
