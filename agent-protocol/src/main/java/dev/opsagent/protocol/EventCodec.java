package dev.opsagent.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Messages as CloudEvents 1.0 over Kafka: written in binary mode, read in binary and structured
 * mode. What is read is within the limits of {@link Json}, of a known type and version, and fits
 * its schema; everything else is an {@link InvalidMessage}, never another exception. Of other
 * agents' evidence, fields that the schema does not know are dropped before anything sees them:
 * what they carry is nobody's business here.
 */
public final class EventCodec {
  /** The W3C trace context header. */
  public static final String TRACEPARENT = "traceparent";

  static final String CONTENT_TYPE = "content-type";

  private static final Pattern TRACE =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
  private static final Pattern VERSIONED = Pattern.compile("(.{1,128})\\.v[0-9]{1,9}");

  private EventCodec() {}

  /**
   * A message as it was received.
   *
   * @param eventId the CloudEvents id; with {@code source} unique per event
   * @param source the CloudEvents source: who wrote it, by its own account
   * @param traceparent W3C trace context, when the writer sent a well-formed one
   * @param payload the message's JSON as received, evidence without what its schema does not know;
   *     in structured mode the data alone
   * @param signature what the event carries as its signature, not verified
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared; copying 1 MiB per message is waste
  public record Incoming(
      MessageType type,
      Message message,
      String eventId,
      String source,
      Optional<String> traceparent,
      byte[] payload,
      Optional<EventSignature> signature) {}

  /**
   * Reads the value and the headers of a Kafka record.
   *
   * @param value the record's value
   * @throws InvalidMessage when the value is null, larger than {@link Json#MAX_BYTES} or not JSON
   *     within the limits, when the headers are too large or break CloudEvents, when the type or
   *     its version is not known, or when the message breaks its schema
   */
  public static Incoming read(byte @Nullable [] value, Headers headers) {
    if (value == null) {
      throw new InvalidMessage("", "must have a value");
    }
    if (value.length > Json.MAX_BYTES) {
      throw new InvalidMessage("", "must hold at most " + Json.MAX_BYTES + " bytes");
    }
    Envelope envelope = Envelope.open(value, headers);
    MessageType type = type(envelope);
    boolean evidence = type.topic() == TopicRole.CONTEXT;
    JsonNode data = evidence ? KnownFields.of(type.schemaId(), envelope.data()) : envelope.data();
    return new Incoming(
        type,
        message(type, data),
        envelope.id(),
        envelope.source(),
        envelope.traceparent().filter(trace -> TRACE.matcher(trace).matches()),
        evidence ? Json.write(data) : envelope.payload(),
        envelope.signature());
  }

  /**
   * Makes a message of a tree that does not come as an event, such as a file.
   *
   * @throws InvalidMessage when the tree breaks the schema of the type
   */
  public static Message message(MessageType type, JsonNode tree) {
    Schemas.validate(type.schemaId(), tree, "");
    return Json.bind(tree, type.record());
  }

  /**
   * The Kafka record of a message, in binary mode.
   *
   * @param partition absent (null) to let the producer choose by the key
   * @param source a URI reference that says who writes
   * @param eventId unique per source
   * @throws InvalidMessage when the message is larger than {@link Json#MAX_BYTES}, or an attribute
   *     is not what CloudEvents allows
   */
  public static ProducerRecord<byte[], byte[]> write(
      String topic,
      @Nullable Integer partition,
      String key,
      Message message,
      String source,
      String eventId,
      Instant time,
      Optional<String> traceparent) {
    return write(
        topic, partition, key, new Prewritten<>(message), source, eventId, time, traceparent);
  }

  /**
   * As {@link #write(String, Integer, String, Message, String, String, Instant, Optional)}, for a
   * message whose JSON is used elsewhere too.
   */
  public static ProducerRecord<byte[], byte[]> write(
      String topic,
      @Nullable Integer partition,
      String key,
      Prewritten<? extends Message> message,
      String source,
      String eventId,
      Instant time,
      Optional<String> traceparent) {
    byte[] payload = message.bytes();
    if (payload.length > Json.MAX_BYTES) {
      throw new InvalidMessage("", "must hold at most " + Json.MAX_BYTES + " bytes");
    }
    Envelope.checkId("ce_id", eventId);
    var _ = Envelope.uri("ce_source", source);
    // What the SDK would make of it by way of a builder, an event and a visitor.
    List<Header> headers = new ArrayList<>(8);
    headers.add(header("ce_specversion", "1.0"));
    headers.add(header("ce_id", eventId));
    headers.add(header("ce_source", source));
    headers.add(header("ce_type", MessageType.of(message.value()).type()));
    headers.add(header("ce_subject", key));
    headers.add(header("ce_time", InstantText.of(time)));
    headers.add(header(CONTENT_TYPE, "application/json"));
    traceparent.ifPresent(trace -> headers.add(header(TRACEPARENT, trace)));
    return new ProducerRecord<>(
        topic, partition, key.getBytes(StandardCharsets.UTF_8), payload, headers);
  }

  /**
   * Signs a record that {@link #write} has made; what is added to its headers later is not signed.
   */
  public static ProducerRecord<byte[], byte[]> sign(
      ProducerRecord<byte[], byte[]> record, SigningKey key) {
    SignedInput input =
        new SignedInput(
            text(record, "ce_id"),
            text(record, "ce_source"),
            text(record, "ce_type"),
            text(record, "ce_subject"),
            text(record, "ce_time"),
            record.value());
    record.headers().add(header("ce_" + EventSignature.ATTRIBUTE, key.sign(input.bytes())));
    return record;
  }

  /**
   * A signed message as one line: an event in structured mode, its data in base64, so that its
   * bytes stay as they were signed.
   *
   * @param subject the record's key
   */
  public static String signedLine(
      Message message,
      String subject,
      String source,
      String eventId,
      Instant time,
      SigningKey key) {
    ProducerRecord<byte[], byte[]> record =
        sign(write("", null, subject, message, source, eventId, time, Optional.empty()), key);
    ObjectNode event = Json.mapper().createObjectNode();
    for (String attribute : List.of("specversion", "id", "source", "type", "subject", "time")) {
      event.put(attribute, text(record, "ce_" + attribute));
    }
    event.put("datacontenttype", "application/json");
    event.put(EventSignature.ATTRIBUTE, text(record, "ce_" + EventSignature.ATTRIBUTE));
    event.put("data_base64", Base64.getEncoder().encodeToString(record.value()));
    return new String(Json.write(event), StandardCharsets.UTF_8);
  }

  private static String text(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Tells whether two orders under one id are the same order, however they were formatted.
   *
   * @return SHA-256 over {@linkplain Json#canonical canonical JSON} of the order, defaults filled
   *     in
   */
  public static String payloadDigest(TaskDispatch dispatch) {
    return Digests.sha256(Json.canonical(dispatch));
  }

  private static MessageType type(Envelope envelope) {
    return MessageType.ofType(envelope.type()).orElseThrow(() -> unknownType(envelope));
  }

  private static InvalidMessage unknownType(Envelope envelope) {
    var versioned = VERSIONED.matcher(envelope.type());
    Optional<MessageType> other =
        versioned.matches()
            ? MessageType.ofType(versioned.group(1) + ".v" + MessageType.VERSION)
            : Optional.empty();
    String known =
        other
            .map(MessageType::type)
            .orElseGet(() ->
                "one of "
                    + Arrays.stream(MessageType.values())
                        .map(MessageType::type)
                        .collect(Collectors.joining(", ")));
    return new InvalidMessage(envelope.typeField(), "must be " + known);
  }
}
