package dev.opsagent.tools.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How many containers the services of a compose file have, and may have. */
class CountsTest {
  @Test
  void theFileSaysHowManyThereAreInEitherWayElseOne() {
    assertThat(counts("{a: {image: x}, b: {scale: 2}, c: {deploy: {replicas: 3}}}").all())
        .containsExactlyInAnyOrderEntriesOf(Map.of("a", 1, "b", 2, "c", 3));
  }

  @Test
  void anotherNumberIsSaidInTheWayOfTheFile() {
    assertThat(override("{image: x}", 1)).isEmpty();
    assertThat(override("{image: x}", 2)).isEqualTo(Map.of("scale", 2));
    assertThat(override("{scale: 2}", 1)).isEqualTo(Map.of("scale", 1));
    assertThat(override("{deploy: {replicas: 2}}", 1))
        .isEqualTo(Map.of("deploy", Map.of("replicas", 1)));
    assertThat(override("{scale: 2, deploy: {replicas: 2}}", 3))
        .isEqualTo(Map.of("scale", 3, "deploy", Map.of("replicas", 3)));
  }

  @Test
  void whatCanBeThereOnlyOnceIsToldByItsKey() {
    assertThat(counts("{a: {container_name: one}}").onlyOnce("a"))
        .contains("services.a.container_name names its one container one");
    assertThat(counts("{a: {ports: ['127.0.0.1:8080:80']}}").onlyOnce("a"))
        .contains("services.a.ports publishes the port 8080 of the host");
    assertThat(counts("{a: {ports: [{target: 80, published: '8080'}]}}").onlyOnce("a"))
        .contains("services.a.ports publishes the port 8080 of the host");
    assertThat(counts("{a: {ports: ['80', {target: 80}]}}").onlyOnce("a")).isEmpty();
    assertThat(counts("{a: {ports: ['8080-8089:80']}}").onlyOnce("a")).isEmpty();
  }

  private static Map<String, Object> override(String service, int count) {
    return counts("{a: %s}".formatted(service)).override("a", count);
  }

  private static Counts counts(String services) {
    String file = "services: " + services;
    return new Counts(Json.readYamlTree(file.getBytes(StandardCharsets.UTF_8)));
  }
}
