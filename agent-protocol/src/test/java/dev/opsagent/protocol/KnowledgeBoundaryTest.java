package dev.opsagent.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.protocol.Examples.Example;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a message carries beside its contract is refused, or dropped at the door. */
class KnowledgeBoundaryTest {
  private static final String CANARY = "canary-4711-revenue-of-the-quarter";

  static Stream<Example> evidence() {
    return Examples.good().filter(it -> it.schema().startsWith("evidence."));
  }

  @ParameterizedTest
  @MethodSource("evidence")
  void whatEvidenceSaysBesideItsSchemaIsDroppedInBinaryMode(Example example) {
    Incoming incoming =
        EventCodec.read(Json.write(talkative(example)), TestEvents.headers(type(example).type()));

    assertDropped(example, incoming);
  }

  @ParameterizedTest
  @MethodSource("evidence")
  void whatEvidenceSaysBesideItsSchemaIsDroppedInStructuredMode(Example example) {
    ObjectNode event = Json.mapper().createObjectNode();
    event.put("specversion", "1.0");
    event.put("id", "e-1");
    event.put("source", "/qa");
    event.put("type", type(example).type());
    event.set("data", talkative(example));
    Headers none = TestEvents.with("content-type", "application/cloudevents+json");

    assertDropped(example, EventCodec.read(Json.write(event), none));
  }

  private static void assertDropped(Example example, Incoming incoming) {
    JsonNode plain = Json.readTree(example.bytes());

    assertThat(incoming.message()).isEqualTo(EventCodec.message(type(example), plain));
    assertThat(new String(incoming.payload(), UTF_8)).doesNotContain(CANARY);
    assertThat(new String(Json.write(incoming.message()), UTF_8)).doesNotContain(CANARY);
    assertThat(incoming.toString()).doesNotContain(CANARY);
    assertThat(Json.canonical(Json.readTree(incoming.payload()))).isEqualTo(Json.canonical(plain));
  }

  @Test
  void evidenceThatLacksAFieldIsRefusedWithoutTellingWhatItSaysBeside() {
    ObjectNode evidence = talkative(evidence().findFirst().orElseThrow());
    evidence.remove("issuer");
    MessageType type = type(evidence().findFirst().orElseThrow());

    InvalidMessage refusal =
        catchThrowableOfType(
            InvalidMessage.class,
            () -> EventCodec.read(Json.write(evidence), TestEvents.headers(type.type())));

    assertThat(refusal.field()).isEqualTo("issuer");
    assertThat(refusal.getMessage()).doesNotContain(CANARY);
  }

  @ParameterizedTest
  @CsvSource({
    "/,strategy,strategy",
    "/target,customer,target.customer",
    "/repository,licence,repository.licence",
    "/requirements,budget,requirements.budget"
  })
  void anOrderWithAFieldThatItsSchemaDoesNotKnowIsRefusedByPathAndNeverByValue(
      String place, String field, String path) {
    ObjectNode order = order();
    ObjectNode at = place.equals("/") ? order : order.at(place).asObject();
    at.put(field, CANARY);

    InvalidMessage refusal =
        catchThrowableOfType(
            InvalidMessage.class,
            () ->
                EventCodec.read(
                    Json.write(order), TestEvents.headers(MessageType.TASK_DISPATCH.type())));

    assertThat(refusal.getMessage()).isEqualTo(path + " is not a known field");
    assertThat(refusal.field()).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource({"/publish,price", "/deploy,customer", "/health,revenue", "/health/http,secret"})
  void aParameterThatItsSchemaDoesNotKnowIsRefusedByPathAndNeverByValue(
      String place, String field) {
    ObjectNode parameters =
        Json.readTree(
                """
                {"bump": "patch", "publish": {}, "deploy": {"kind": "process", "port": 80},
                 "health": {"http": {"path": "/"}}}
                """
                    .getBytes(UTF_8))
            .asObject();
    parameters.at(place).asObject().put(field, CANARY);

    InvalidMessage refusal =
        catchThrowableOfType(
            InvalidMessage.class, () -> OperationSchemas.validate("push", parameters));

    assertThat(refusal.getMessage())
        .isEqualTo("parameters" + place.replace('/', '.') + "." + field + " is not a known field");
  }

  private static ObjectNode order() {
    return Json.readTree(
            """
            {"taskId": "t-1", "operation": "push", "requestedBy": "pm",
             "target": {"environment": "local", "service": "web"},
             "repository": {"url": "https://git.example.com/web.git"},
             "requirements": {"timeout": "PT10M"}, "parameters": {"bump": "minor"}}
            """
                .getBytes(UTF_8))
        .asObject();
  }

  /** The example with more than its schema knows, at each depth. */
  private static ObjectNode talkative(Example example) {
    ObjectNode tree = Json.readTree(example.bytes()).asObject();
    tree.put("notes", CANARY);
    tree.putObject("customers").put("first", CANARY);
    tree.putArray("more").add(CANARY);
    tree.path("subject").asObject().put("revenue", CANARY);
    return tree;
  }

  private static MessageType type(Example example) {
    return Arrays.stream(MessageType.values())
        .filter(type -> type.message().equals(example.schema()))
        .findFirst()
        .orElseThrow();
  }
}
