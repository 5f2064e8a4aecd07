package dev.opsagent.tools.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps two releases of a compose file from running at once; the slot's port is 21000. */
class SeparationTest {
  private static final String REACHED = "ports: ['127.0.0.1:21000:8080']";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ports: ['127.0.0.1:21000:8080/tcp']",
        "ports: ['21000:8080', '9000']",
        "ports: [{published: '21000', target: 8080}, {target: 9000}]",
        "ports: [{published: 21000, target: 8080}, '127.0.0.1::9000']",
        REACHED + ", volumes: ['./www:/www:ro', {type: bind, source: /x, target: /y}]",
        REACHED + ", volumes: [{type: tmpfs, target: /cache}]",
      })
  void aReleaseThatComesInWhereItsSlotIsStandsBesideAnother(String service) {
    assertThat(fault("services: {web: {%s}}".formatted(service))).isEmpty();
    assertThat(
            fault(
                "services: {web: {%s}}\nnetworks: {default: {name: shop_default}}"
                    .formatted(service)))
        .isEmpty();
    assertThat(
            fault(
                "services: {web: {%s}}\nnetworks: {all: {name: all, external: true}}"
                    .formatted(service)))
        .isEmpty();
  }

  @Test
  void aPortThatTheFileSaysIsHeldByTheReleaseBefore() {
    assertThat(fault("services: {web: {ports: ['8080:8080']}}"))
        .contains(
            "service web publishes the port 8080 of the host, which two releases cannot share");
    assertThat(fault("services: {web: {ports: [{published: '8080', target: 8080}]}}")).isPresent();
    assertThat(fault("services: {web: {%s}, db: {ports: ['5432:5432']}}".formatted(REACHED)))
        .hasValueSatisfying(it -> assertThat(it).contains("service db", "5432"));
    assertThat(fault("services: {web: {ports: ['21000-21005:8080']}}")).isPresent();
  }

  @Test
  void whatNobodyReachesIsNoRelease() {
    assertThat(fault("services: {web: {image: x}}")).contains("no service publishes ${PORT}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "['data:/data']",
        "['/cache']",
        "[{type: volume, source: data, target: /data}]",
        "[{type: volume, target: /cache}]",
      })
  void dataWouldBeSplitBetweenThem(String volumes) {
    assertThat(fault("services: {web: {%s, volumes: %s}}".formatted(REACHED, volumes)))
        .contains("service web keeps data in a volume, which two releases cannot share");
  }

  @Test
  void namesAreTakenOnce() {
    assertThat(fault("services: {web: {%s, container_name: web}}".formatted(REACHED)))
        .contains("service web has the container name web, which two releases cannot share");
    assertThat(fault("services: {web: {%s}}\nnetworks: {back: {name: back}}".formatted(REACHED)))
        .contains("its network back has a name of its own");
  }

  private static Optional<String> fault(String file) {
    return new Separation(
            Json.readYamlTree(file.getBytes(StandardCharsets.UTF_8)), "shop", Optional.of(21000))
        .fault();
  }
}
