package dev.opsagent.tools.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which services change data, by the labels of a resolved compose file. */
class MigrationsTest {
  @Test
  void aLabelMarksAMigrationInEitherNotationUnlessItSaysFalse() {
    assertThat(words("{dev.opsagent.migration: 'true'}")).hasSize(1);
    assertThat(words("[dev.opsagent.migration=true]")).hasSize(1);
    assertThat(words("{dev.opsagent.migration: ''}")).hasSize(1);
    assertThat(words("[dev.opsagent.migration]")).hasSize(1);
    assertThat(words("{dev.opsagent.migration: 'false'}")).isEmpty();
    assertThat(words("[dev.opsagent.migration=false]")).isEmpty();
    assertThat(words("{dev.opsagent.other: 'true'}")).isEmpty();
    assertThat(words("[dev.opsagent.migrations=true]")).isEmpty();
  }

  @Test
  void eachIsNamed() {
    assertThat(words("{dev.opsagent.migration: 'true'}"))
        .containsExactly("service db changes data, as its label dev.opsagent.migration says");
  }

  private static List<String> words(String labels) {
    String file = "services: {web: {image: x}, db: {labels: %s}}".formatted(labels);
    return new Migrations(Json.readYamlTree(file.getBytes(StandardCharsets.UTF_8))).words();
  }
}
