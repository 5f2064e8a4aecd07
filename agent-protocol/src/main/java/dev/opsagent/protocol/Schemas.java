package dev.opsagent.protocol;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/** The JSON Schemas of {@code schemas/}, which travel in the jar; nothing is ever fetched. */
final class Schemas {
  static final Set<String> OPERATIONS =
      Set.of(
          "deploy",
          "environment.configure",
          "image.build",
          "infrastructure.drift",
          "push",
          "restart",
          "rollback",
          "scale",
          "stop");

  private static final Map<String, String> TEXTS = texts();

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDialect(
          Dialect.builder(Dialects.getDraft202012())
              .keyword(new NonValidationKeyword("x-a2a"))
              .build(),
          builder ->
              builder
                  .schemas(TEXTS)
                  .schemaRegistryConfig(
                      SchemaRegistryConfig.builder()
                          .formatAssertionsEnabled(true)
                          .failFast(true)
                          .build()));

  private static final Map<String, Schema> COMPILED = new ConcurrentHashMap<>();

  private static final Map<String, JsonNode> TREES = new ConcurrentHashMap<>();

  private Schemas() {}

  static String operationId(String operation) {
    return "urn:dev.opsagent:operations." + operation + ":v" + MessageType.VERSION;
  }

  /**
   * Checks a tree against a schema.
   *
   * @param prefix the path at which the tree stands in its message; empty for the whole message
   * @throws InvalidMessage naming the first field that breaks the schema
   */
  static void validate(String schemaId, JsonNode tree, String prefix) {
    List<Error> errors = compiled(schemaId).validate(tree);
    if (!errors.isEmpty()) {
      throw SchemaFault.describe(errors.getFirst(), prefix);
    }
  }

  private static Schema compiled(String schemaId) {
    return COMPILED.computeIfAbsent(schemaId, id -> REGISTRY.getSchema(SchemaLocation.of(id)));
  }

  /** The schema itself, for those who read it. */
  static JsonNode tree(String schemaId) {
    return TREES.computeIfAbsent(
        schemaId, id -> Json.readTree(text(id).getBytes(StandardCharsets.UTF_8)));
  }

  static String text(String schemaId) {
    String text = TEXTS.get(schemaId);
    if (text == null) {
      throw new IllegalArgumentException("there is no schema " + schemaId);
    }
    return text;
  }

  private static Map<String, String> texts() {
    Map<String, String> texts = new HashMap<>();
    texts.put("urn:dev.opsagent:common:v" + MessageType.VERSION, resource("common.schema.json"));
    texts.put(OwnershipSchema.ID, resource(OwnershipSchema.FILE));
    texts.put(TrustSchema.ID, resource(TrustSchema.FILE));
    texts.put(EnvironmentsSchema.ID, resource(EnvironmentsSchema.FILE));
    texts.put(GatesSchema.ID, resource(GatesSchema.FILE));
    Arrays.stream(MessageType.values())
        .forEach(type -> texts.put(type.schemaId(), resource(type.schemaFile())));
    OPERATIONS.forEach(
        name -> texts.put(operationId(name), resource("operations/" + name + ".schema.json")));
    return Map.copyOf(texts);
  }

  private static String resource(String file) {
    try (InputStream stream = Schemas.class.getResourceAsStream("/schemas/" + file)) {
      if (stream == null) {
        throw new IllegalStateException("the jar lacks schemas/" + file);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
