package dev.opsagent.tools.docker;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.protocol.ReasonCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BuildKitOutputTest {
  private static final byte[] MOMENT = {8, 1};

  private final HeardBuild build = new HeardBuild();
  private final List<String> lines = build.lines;
  private final BuildOutput output = build.output;

  @Test
  void stepsOfTheDockerfileAreToldWithWhatTheyPrint() {
    vertex("d0", "[internal] load build context", 5, MOMENT);
    vertex("d1", "[1/2] FROM base", 5, MOMENT);
    vertex("d2", "[2/2] RUN a hush", 5, MOMENT);
    vertex("d2", "[2/2] RUN a hush", 5, MOMENT);
    log("d0", "transferring context\n");
    log("d2", "one hu");
    log("d2", "sh\n\ntw");
    log("d2", "o");
    vertex("d2", "[2/2] RUN a hush", 6, MOMENT);
    vertex("d3", "exporting to image", 5, MOMENT);
    build.take(Map.of("id", "moby.image.id", "aux", Map.of("ID", "sha256:abc")));

    assertThat(lines).containsExactly("[1/2] FROM base", "[2/2] RUN a ***", "one ***", "two");
    assertThat(build.made).as("on the way").isEmpty();
    assertThat(ok(output.result("build"))).isEqualTo("sha256:abc");
  }

  @Test
  void ofStepsThatRunBesideEachOtherTheOneThatFailedIsNamed() {
    vertex("d1", "[a 1/2] RUN one", 5, MOMENT);
    vertex("d2", "[b 1/2] RUN two", 5, MOMENT);
    log("d2", "why it failed\n");
    log("d1", "still at it\n");
    vertex("d1", "[a 1/2] RUN one", 7, bytes("context canceled"));
    vertex("d2", "[b 1/2] RUN two", 7, bytes("exit code: 2"));
    build.take(Map.of("errorDetail", Map.of("message", "executor failed: exit code: 2")));

    assertThat(no(output.result("build")).cause())
        .isEqualTo(
            "[b 1/2] RUN two: executor failed: exit code: 2; its output ends: why it failed");
  }

  @Test
  void aDockerfileThatCannotBeReadIsNotTheEnginesFault() {
    build.take(
        Map.of(
            "errorDetail",
            Map.of("message", "failed to solve: dockerfile parse error line 2: unknown: X")));

    assertThat(no(output.result("build")).code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
  }

  @Test
  void progressThatCannotBeReadTellsNothingAndBreaksNothing() {
    trace(new byte[] {10, 120, 1});
    trace(new byte[] {10, -1, -1, -1});
    build.take(Map.of("id", "moby.buildkit.trace", "aux", "no base64!"));
    build.take(Map.of("id", "moby.buildkit.trace", "aux", Map.of("an", "object")));
    log("never", "begun\n");

    assertThat(lines).isEmpty();
    assertThat(no(output.result("build")).cause()).contains("without an image");
  }

  @Test
  void fieldsOfEveryKindAreReadOver() {
    byte[] message = {8, -106, 1, 17, 1, 2, 3, 4, 5, 6, 7, 8, 29, 1, 2, 3, 4, 34, 2, 'h', 'i'};

    assertThat(WireFields.of(message))
        .singleElement()
        .satisfies(field -> {
          assertThat(field.number()).isEqualTo(4);
          assertThat(field.text()).isEqualTo("hi");
        });
    assertThatThrownBy(() -> WireFields.of(new byte[] {11}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void vertex(String digest, String name, int field, byte[] value) {
    trace(field(1, message(field(1, bytes(digest)), field(3, bytes(name)), field(field, value))));
  }

  private void log(String digest, String text) {
    trace(field(3, message(field(1, bytes(digest)), field(2, MOMENT), field(4, bytes(text)))));
  }

  private void trace(byte[] status) {
    String aux = Base64.getEncoder().encodeToString(status);
    build.take(Map.of("id", "moby.buildkit.trace", "aux", aux));
  }

  private static byte[] field(int number, byte[] value) {
    return message(new byte[] {(byte) (number << 3 | 2), (byte) value.length}, value);
  }

  private static byte[] message(byte[]... parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    return whole.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
