package dev.opsagent.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Holds {@code asyncapi.yaml} to AsyncAPI 3, and to the topics and messages of the code. */
class AsyncApiTest {
  private final JsonNode document =
      Json.readYamlTree(Examples.content(Examples.SCHEMAS.resolve("asyncapi.yaml")));

  static Stream<Path> schemaFiles() throws IOException {
    try (Stream<Path> files = Files.walk(Examples.SCHEMAS)) {
      return files
          .filter(file -> file.toString().endsWith(".schema.json"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @Test
  void itIsAsyncApi3() throws IOException {
    assertThat(errors(document)).isEmpty();
  }

  @Test
  void theCheckFindsABrokenDocument() throws IOException {
    ObjectNode broken = document.deepCopy().asObject();
    broken.path("operations").path("receiveTasks").asObject().put("action", "read");
    ObjectNode bare = document.deepCopy().asObject();
    bare.remove("info");

    assertThat(errors(broken)).isNotEmpty();
    assertThat(errors(bare)).isNotEmpty();
  }

  @Test
  void everyTopicIsAChannelAndNothingElseIs() {
    Set<String> topics =
        Arrays.stream(TopicRole.values()).map(Topics.DEFAULT::name).collect(Collectors.toSet());
    List<String> addresses =
        document.path("channels").valueStream().map(c -> c.path("address").asString()).toList();

    assertThat(addresses).containsExactlyInAnyOrderElementsOf(topics);
  }

  @ParameterizedTest
  @EnumSource(MessageType.class)
  void everyMessageTravelsOnItsTopicWithItsSchema(MessageType type) {
    JsonNode channel =
        document
            .path("channels")
            .valueStream()
            .filter(node -> node.path("address").asString().equals(Topics.DEFAULT.name(type)))
            .findFirst()
            .orElseThrow();
    JsonNode message =
        channel
            .path("messages")
            .valueStream()
            .map(reference -> document.at(reference.path("$ref").asString().substring(1)))
            .filter(node -> node.path("name").asString().equals(type.type()))
            .findFirst()
            .orElseThrow();

    assertThat(message.at("/payload/schema/$ref").asString()).isEqualTo("./" + type.schemaFile());
  }

  @Test
  void itNamesNoMessageThatTheCodeDoesNotKnow() {
    Set<String> known =
        Arrays.stream(MessageType.values()).map(MessageType::type).collect(Collectors.toSet());

    assertThat(
            document.at("/components/messages").valueStream().map(m -> m.path("name").asString()))
        .containsExactlyInAnyOrderElementsOf(known);
  }

  @Test
  void everyReferenceResolves() {
    Set<String> dangling = new TreeSet<>();
    for (String reference : document.findValuesAsString("$ref")) {
      boolean resolves =
          reference.startsWith("#")
              ? !document.at(reference.substring(1)).isMissingNode()
              : Files.isRegularFile(Examples.SCHEMAS.resolve(reference));
      if (!resolves) {
        dangling.add(reference);
      }
    }

    assertThat(dangling).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("schemaFiles")
  void everyReferenceOfASchemaResolvesAndItsIdIsKnown(Path file) {
    JsonNode schema = Json.readTree(Examples.content(file));

    for (JsonNode parent : schema.findParents("$ref")) {
      assertThat(SchemaTree.resolve(parent, schema).node().isMissingNode()).isFalse();
    }
    assertThat(schema.path("$schema").asString())
        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    assertThat(
            Json.readTree(
                Schemas.text(schema.path("$id").asString()).getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(schema);
  }

  @ParameterizedTest
  @MethodSource("schemaFiles")
  void everySchemaIsAValidSchema(Path file) {
    Schema metaSchema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

    assertThat(metaSchema.validate(Json.readTree(Examples.content(file)))).isEmpty();
  }

  @Test
  void coPartitionedTopicsHaveTheSameNumberOfPartitions() {
    Map<Boolean, Set<Integer>> counts =
        Arrays.stream(TopicRole.values())
            .collect(
                Collectors.partitioningBy(
                    TopicRole::coPartitioned,
                    Collectors.mapping(TopicRole::defaultPartitions, Collectors.toSet())));

    assertThat(counts.get(true)).containsExactly(6);
  }

  private static List<Error> errors(JsonNode candidate) throws IOException {
    try (InputStream metaSchema =
        AsyncApiTest.class.getResourceAsStream("/asyncapi/asyncapi-3.0.0-without-id.json")) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
          .getSchema(metaSchema, InputFormat.JSON)
          .validate(candidate);
    }
  }
}
