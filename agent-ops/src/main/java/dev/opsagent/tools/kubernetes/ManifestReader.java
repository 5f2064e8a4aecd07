package dev.opsagent.tools.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Makes an object of a document; a field that its kind does not have is refused. */
final class ManifestReader {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_IGNORED_PROPERTIES)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              textual ->
                  textual
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .annotationIntrospector(new NothingElse())
          .build();

  private ManifestReader() {}

  /** The client's types keep unknown fields, and would send them. */
  private static final class NothingElse extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1;

    @Override
    public Boolean hasAnySetter(Annotated setter) {
      return false;
    }
  }

  /**
   * Reads one document.
   *
   * @throws InvalidMessage when it may not be applied to the namespace; names the field
   */
  static HasMetadata read(byte[] document, String namespace) {
    JsonNode tree = Json.readYamlTree(document);
    String apiVersion = tree.path("apiVersion").asString("");
    String name = tree.path("kind").asString("");
    ManifestKind kind =
        ManifestKind.of(apiVersion, name)
            .orElseThrow(() ->
                new InvalidMessage(
                    "kind",
                    "%s %s is not taken from a repository; taken are %s"
                        .formatted(apiVersion, name, ManifestKind.all())));
    HasMetadata object = strictly(kind.type(), tree);
    Optional<String> fault = ManifestRules.fault(kind, tree, namespace);
    if (fault.isPresent()) {
      throw new InvalidMessage(kind.kind(), fault.get());
    }
    object.getMetadata().setNamespace(namespace);
    return object;
  }

  /**
   * Makes an object of a type, whatever may be applied of it.
   *
   * @throws InvalidMessage when it has a field that the type does not have; names it
   */
  static <T extends HasMetadata> T strictly(Class<T> type, JsonNode tree) {
    try {
      return STRICT.readValue(new String(Json.write(tree), StandardCharsets.UTF_8), type);
    } catch (JsonMappingException e) {
      throw new InvalidMessage(
          HasMetadata.getKind(type), path(e) + " is no field of it, or of another type");
    } catch (JsonProcessingException e) {
      throw new InvalidMessage(HasMetadata.getKind(type), "cannot be read");
    }
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(it -> it.getFieldName() == null ? "[%d]".formatted(it.getIndex()) : it.getFieldName())
        .collect(Collectors.joining("."))
        .replace(".[", "[");
  }
}
