package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.cli.demo.SampleRepository;
import dev.opsagent.protocol.Json;
import dev.opsagent.testing.Peers;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DemoTest {
  @TempDir Path folder;

  @Test
  void demoReleasesTheSampleForRealAndLeavesNothingRunning() throws Exception {
    Peers.require("node", "install Node.js 20");
    Peers.require("npm", "install Node.js 20");
    Path place = folder.resolve("demo");

    JsonNode summary;
    Path stderr = folder.resolve("stderr");
    try (TestingProgram demo =
        TestingProgram.start(stderr, "demo", "--json", "--folder", place.toString())) {
      assertThat(demo.exitCode(300)).describedAs(() -> read(stderr)).isZero();
      summary = Json.readTree(demo.rest().getBytes(StandardCharsets.UTF_8));
    }

    JsonNode publication = summary.get("publication");
    Map<String, String> refs = new SampleRepository(place.resolve("git/shop.git")).refs();
    assertThat(summary.get("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(refs.get("refs/tags/v1.0.1"))
        .isEqualTo(refs.get("refs/heads/main"))
        .isEqualTo(publication.get("commit").asString());
    assertThat(published(place).get("versions").get("1.0.1").get("dist").get("integrity"))
        .isEqualTo(publication.get("integrity"));
    assertThat(summary.get("deployment").get("verified").asBoolean()).isTrue();
    URI address = URI.create(summary.get("deployment").get("address").asString());
    Assertions.assertThatThrownBy(() -> new Socket(address.getHost(), address.getPort()).close())
        .isInstanceOf(java.net.ConnectException.class);
  }

  @Test
  void demoOfProductionWaitsForEvidenceAndASecondPersonAndTellsBothInTheEnd() throws Exception {
    Peers.require("node", "install Node.js 20");
    Peers.require("npm", "install Node.js 20");
    Path stderr = folder.resolve("stderr");
    JsonNode summary;
    try (TestingProgram demo = TestingProgram.start(stderr, "demo", "--production", "--json")) {
      assertThat(demo.exitCode(300)).describedAs(() -> read(stderr)).isZero();
      summary = Json.readTree(demo.rest().getBytes(StandardCharsets.UTF_8));
    }

    assertThat(summary.get("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(summary.at("/gates/evidence").valueStream().map(it -> it.get("kind").asString()))
        .containsExactly("qa.result", "security.clearance", "vcs.release-tag");
    assertThat(summary.at("/gates/evidence").valueStream())
        .allSatisfy(it -> {
          assertThat(it.get("satisfied").asBoolean()).isTrue();
          assertThat(it.at("/found/0/address").asString()).startsWith("agents.context/");
        });
    assertThat(summary.get("approvals").valueStream())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.get("by").asString()).isEqualTo("ann");
          assertThat(it.get("address").asString()).startsWith("pm.control/");
        });
    assertThat(summary.at("/deployment/verified").asBoolean()).isTrue();
  }

  @Test
  void demoRefusesAFolderThatHoldsSomethingElse() throws Exception {
    Files.writeString(folder.resolve("mine.txt"), "precious");
    TestingCall call = new TestingCall();

    assertThat(call.execute("demo", "--folder", folder.toString())).isEqualTo(2);
    assertThat(call.err()).contains("the folder is not empty");
    assertThat(folder.resolve("mine.txt")).exists();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What the registry has stored, read from its own files. */
  private static JsonNode published(Path place) throws Exception {
    return Json.readTree(
        Files.readAllBytes(place.resolve("registry/storage/ops-agent-sample/package.json")));
  }
}
