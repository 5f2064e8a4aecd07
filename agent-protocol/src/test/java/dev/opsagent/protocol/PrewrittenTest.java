package dev.opsagent.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PrewrittenTest {
  private record Plain(Target target, Optional<Target> other, String after) {}

  private record Holder(
      Prewritten<Target> target, Optional<Prewritten<Target>> other, String after) {}

  private static final Target WEB = new Target("local", "web");

  @Test
  void itIsWrittenAsTheValueIsEveryTime() {
    Holder holder = new Holder(new Prewritten<>(WEB), Optional.of(new Prewritten<>(WEB)), "ü");
    byte[] plain = Json.write(new Plain(WEB, Optional.of(WEB), "ü"));

    assertThat(Json.write(holder)).isEqualTo(plain);
    assertThat(Json.write(holder)).isEqualTo(plain);
    assertThat(Json.tree(holder)).isEqualTo(Json.readTree(plain));
  }

  @Test
  void itIsReadAsTheValueIs() {
    byte[] written = Json.write(new Plain(WEB, Optional.empty(), "x"));

    assertThat(Json.read(written, Holder.class))
        .isEqualTo(Json.readAcrossReleases(written, Holder.class))
        .isEqualTo(new Holder(new Prewritten<>(WEB), Optional.empty(), "x"));
  }

  @Test
  void whatIsOutsideUsAsciiKeepsItsBytes() {
    record Text(Prewritten<String> text) {}

    assertThat(
            new String(Json.write(new Text(new Prewritten<>("ü \"漢\""))), StandardCharsets.UTF_8))
        .isEqualTo("{\"text\":\"ü \\\"漢\\\"\"}");
  }
}
