package dev.opsagent.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventCodecTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String TYPE = MessageType.TASK_DISPATCH.type();
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String DATA =
      """
      {"taskId": "t-1", "operation": "push", "requestedBy": "pm",
       "target": {"environment": "local", "service": "web"}, "parameters": {"bump": "minor"}}
      """;
  private static final String EVENT =
      """
      {"specversion": "1.0", "id": "e-1", "source": "/pm", "type": "%s", "traceparent": "%s",
       "data": %s}
      """
          .formatted(TYPE, TRACE, DATA);

  private final TaskDispatch dispatch = Json.read(bytes(DATA), TaskDispatch.class);

  @Test
  void binaryModeIsWritten() {
    ProducerRecord<byte[], byte[]> record =
        EventCodec.write(
            "pm.tasks", 3, "local/web", dispatch, "/pm", "e-1", NOW, Optional.of(TRACE));

    assertThat(record.topic()).isEqualTo("pm.tasks");
    assertThat(record.partition()).isEqualTo(3);
    assertThat(record.key()).isEqualTo(bytes("local/web"));
    assertThat(record.value()).isEqualTo(Json.write(dispatch));
    assertThat(text(record.headers(), "ce_specversion")).isEqualTo("1.0");
    assertThat(text(record.headers(), "ce_id")).isEqualTo("e-1");
    assertThat(text(record.headers(), "ce_source")).isEqualTo("/pm");
    assertThat(text(record.headers(), "ce_type")).isEqualTo("dev.opsagent.task.dispatch.v1");
    assertThat(text(record.headers(), "ce_time")).isEqualTo("2026-11-22T12:00:00Z");
    assertThat(text(record.headers(), "ce_subject")).isEqualTo("local/web");
    assertThat(text(record.headers(), "content-type")).isEqualTo("application/json");
    assertThat(text(record.headers(), "traceparent")).isEqualTo(TRACE);
  }

  @Test
  void binaryModeIsReadBack() {
    ProducerRecord<byte[], byte[]> record =
        EventCodec.write(
            "pm.tasks", null, "local/web", dispatch, "/pm", "e-1", NOW, Optional.of(TRACE));
    EventCodec.Incoming incoming = EventCodec.read(record.value(), record.headers());

    assertThat(incoming.type()).isEqualTo(MessageType.TASK_DISPATCH);
    assertThat(incoming.message()).isEqualTo(dispatch);
    assertThat(incoming.eventId()).isEqualTo("e-1");
    assertThat(incoming.source()).isEqualTo("/pm");
    assertThat(incoming.traceparent()).contains(TRACE);
    assertThat(incoming.payload()).isEqualTo(record.value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/cloudevents+json",
        "application/cloudevents+json; charset=utf-8",
        "application/json"
      })
  void structuredModeIsReadByItsContentType(String contentType) {
    EventCodec.Incoming incoming =
        EventCodec.read(bytes(EVENT), TestEvents.with("content-type", contentType));

    assertThat(incoming.message()).isEqualTo(dispatch);
    assertThat(incoming.traceparent()).contains(TRACE);
    assertThat(Json.read(incoming.payload(), TaskDispatch.class)).isEqualTo(dispatch);
  }

  @Test
  void structuredModeIsReadWithoutAnyHeader() {
    assertThat(EventCodec.read(bytes(EVENT), TestEvents.with()).message()).isEqualTo(dispatch);
  }

  @Test
  void structuredModeMayCarryItsDataInBase64() {
    String encoded = Base64.getEncoder().encodeToString(bytes(DATA));
    String event = EVENT.replace("\"data\": " + DATA, "\"data_base64\": \"" + encoded + "\"");

    assertThat(EventCodec.read(bytes(event), TestEvents.with()).message()).isEqualTo(dispatch);
    refused("data_base64", () -> read(event.replace(encoded, "%%%")));
  }

  @Test
  void theFieldsOfTheEnvelopeAreCheckedInStructuredMode() {
    refused("specversion", () -> read(EVENT.replace("\"1.0\"", "\"2.0\"")));
    refused("id", () -> read(EVENT.replace("\"id\": \"e-1\",", "")));
    refused("source", () -> read(EVENT.replace("\"/pm\"", "\"a b\"")));
    refused("type", () -> read(EVENT.replace(".v1\"", ".v2\"")));
    refused("type", () -> read(EVENT.replace(TYPE, "com.example.other")));
    refused("id", () -> read(EVENT.replace("\"e-1\"", "7")));
    refused("time", () -> read(EVENT.replace("\"data\":", "\"time\": \"now\", \"data\":")));
    refused("data", () -> read(EVENT.replace("\"data\":", "\"date\":")));
    refused("requestedBy", () -> read(EVENT.replace("\"requestedBy\": \"pm\",", "")));
  }

  @Test
  void theFieldsOfTheEnvelopeAreCheckedInBinaryMode() {
    refusedHeader("ce_specversion", "2.0");
    refusedHeader("ce_id", "");
    refusedHeader("ce_id", "a\nb");
    refusedHeader("ce_source", "not a uri");
    refusedHeader("ce_time", "yesterday");
    refusedHeader("ce_type", "com.example.other");
    refusedHeader("ce_type", "dev.opsagent.task.dispatch.v2");
    refusedHeader("content-type", "text/plain");
    refusedHeader("content-type", "application/cloudevents-batch+json");
  }

  @Test
  void anotherVersionOfAKnownMessageIsToldTheVersionThatIsSpoken() {
    Headers headers = TestEvents.headers("dev.opsagent.task.dispatch.v2");

    assertThatThrownBy(() -> EventCodec.read(bytes(DATA), headers))
        .hasMessage("ce_type must be dev.opsagent.task.dispatch.v1");
  }

  @Test
  void nullLargeBrokenAndBareValuesAreRefused() {
    Headers headers = TestEvents.headers(TYPE);

    refused("", () -> EventCodec.read(null, headers));
    refused("", () -> EventCodec.read(new byte[10 * 1024 * 1024], headers));
    refused("", () -> EventCodec.read(bytes("{\"taskId\": "), headers));
    refused("", () -> EventCodec.read(bytes("\u0000\u0001"), headers));
    refused("", () -> EventCodec.read(bytes("[".repeat(100_000)), headers));
    refused("", () -> EventCodec.read(bytes("{\"n\": " + "1".repeat(1_000_000) + "}"), headers));
    refused("", () -> EventCodec.read(bytes("{\"a\": 1, \"a\": 1}"), headers));
    refused("", () -> EventCodec.read(bytes("[]"), headers));
    refused("ce_specversion", () -> EventCodec.read(bytes(DATA), TestEvents.with()));
    refused("", () -> EventCodec.read(bytes("kcat says hello"), TestEvents.with()));
  }

  @Test
  void tooManyOrTooLargeHeadersAreRefused() {
    Headers many = TestEvents.headers(TYPE);
    for (int i = 0; i < 64; i++) {
      many.add("h" + i, bytes("x"));
    }
    Headers large = TestEvents.headers(TYPE).add("large", new byte[16 * 1024]);

    refused("headers", () -> EventCodec.read(bytes(DATA), many));
    refused("headers", () -> EventCodec.read(bytes(DATA), large));
  }

  @Test
  void foreignHeadersAndExtensionsDoNoHarm() {
    Headers headers =
        TestEvents.headers(TYPE)
            .add("x-origin", bytes("1"))
            .add("empty", null)
            .add("ce_tenant", bytes("acme"));

    assertThat(EventCodec.read(bytes(DATA), headers).message()).isEqualTo(dispatch);
  }

  @Test
  void aMalformedTraceIsDropped() {
    Headers headers = TestEvents.headers(TYPE).add("traceparent", bytes("\u001b[31m"));

    assertThat(EventCodec.read(bytes(DATA), headers).traceparent()).isEmpty();
  }

  @Test
  void aMessageThatIsTooLargeIsNotWritten() {
    TaskCancel cancel = new TaskCancel("t", new Target("local", "web"), "ada", "r");
    AgentCard card =
        new AgentCard(
            "ops",
            "1",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Map.of("x", "y".repeat(Json.MAX_BYTES)),
            List.of(),
            NOW);

    refused("", () -> write(card, "/ops"));
    refused("ce_source", () -> write(cancel, "not a uri"));
  }

  @Test
  void thePayloadDigestDoesNotDependOnFormattingOrDefaults() {
    TaskDispatch other =
        Json.read(
            bytes(
                """
                {"dryRun":false,"requiredEvidence":[],"parameters":{"bump":"minor"},
                 "target":{"service":"web","environment":"local"},"requestedBy":"pm",
                 "operation":"push","taskId":"t-1","requirements":{}}
                """),
            TaskDispatch.class);

    assertThat(EventCodec.payloadDigest(other)).isEqualTo(EventCodec.payloadDigest(dispatch));
  }

  @Test
  void thePayloadDigestTellsDifferentOrdersApart() {
    TaskDispatch other =
        Json.read(bytes(DATA.replace("\"minor\"", "\"major\"")), TaskDispatch.class);

    assertThat(EventCodec.payloadDigest(other)).isNotEqualTo(EventCodec.payloadDigest(dispatch));
  }

  private static void read(String event) {
    EventCodec.read(bytes(event), TestEvents.with());
  }

  private static void write(Message message, String source) {
    EventCodec.write("t", null, "k", message, source, "e", NOW, Optional.empty());
  }

  private static void refusedHeader(String name, String value) {
    Headers headers = TestEvents.headers(TYPE).remove(name).add(name, bytes(value));
    refused(name, () -> EventCodec.read(bytes(DATA), headers));
  }

  private static void refused(String field, ThrowingCallable reading) {
    assertThatThrownBy(reading)
        .isInstanceOf(InvalidMessage.class)
        .satisfies(e -> assertThat(((InvalidMessage) e).field()).isEqualTo(field))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1200));
  }

  private static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    assertThat(header).as(name).isNotNull();
    return new String(header.value(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
