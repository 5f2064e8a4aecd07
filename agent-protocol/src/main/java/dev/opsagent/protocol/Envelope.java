package dev.opsagent.protocol;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.cloudevents.rw.CloudEventRWException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The attributes of a CloudEvent and its data. Binary mode is read by the CloudEvents SDK;
 * structured mode here, because the SDK's JSON format does not keep the limits of {@link Json}.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Envelope(
    String id,
    String source,
    String type,
    String typeField,
    Optional<String> traceparent,
    byte[] payload,
    Optional<JsonNode> parsed,
    Optional<EventSignature> signature) {
  private static final int MAX_HEADERS = 64;
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final String STRUCTURED = "application/cloudevents";
  private static final Pattern PRINTABLE = Pattern.compile("[^\\p{Cntrl}\\p{Cf}]{1,256}");

  /** The message itself. */
  JsonNode data() {
    return parsed.orElseGet(() -> Json.readTree(payload));
  }

  static Envelope open(byte[] value, Headers headers) {
    checkSize(headers);
    String contentType = header(headers, EventCodec.CONTENT_TYPE).orElse("");
    if (mediaType(contentType).startsWith(STRUCTURED)) {
      return structured(value, contentType, headers);
    }
    if (headers.lastHeader("ce_specversion") != null) {
      return binary(value, contentType, headers);
    }
    JsonNode tree = Json.readTree(value);
    if (tree.has("specversion")) {
      return structured(tree, headers);
    }
    throw new InvalidMessage("ce_specversion", "is required: a header, or a structured CloudEvent");
  }

  private static Envelope binary(byte[] value, String contentType, Headers headers) {
    checkSpecVersion("ce_specversion", header(headers, "ce_specversion").orElse(""));
    if (!contentType.isEmpty() && !json(contentType)) {
      throw new InvalidMessage(EventCodec.CONTENT_TYPE, "must be application/json");
    }
    checkId("ce_id", header(headers, "ce_id").orElse(""));
    uri("ce_source", header(headers, "ce_source").orElse(""));
    checkId("ce_type", header(headers, "ce_type").orElse(""));
    header(headers, "ce_time").ifPresent(time -> checkTime("ce_time", time));
    CloudEvent event = event(headers, value);
    return new Envelope(
        event.getId(),
        event.getSource().toString(),
        event.getType(),
        "ce_type",
        traceparent(headers).or(() -> header(headers, "ce_traceparent")),
        value,
        Optional.empty(),
        header(headers, "ce_" + EventSignature.ATTRIBUTE)
            .map(jws -> signature(headers, event, value, jws)));
  }

  private static EventSignature signature(
      Headers headers, CloudEvent event, byte[] value, String jws) {
    String time = header(headers, "ce_time").orElse("");
    String subject = header(headers, "ce_subject").orElse("");
    SignedInput input =
        new SignedInput(
            event.getId(), event.getSource().toString(), event.getType(), subject, time, value);
    return signature("ce_", input, jws);
  }

  private static EventSignature signature(String prefix, SignedInput input, String jws) {
    if (!input.subject().isEmpty()) {
      checkId(prefix + "subject", input.subject());
    }
    Instant time = checkTime(prefix + "time", input.time());
    return new EventSignature(jws, input.bytes(), time);
  }

  private static CloudEvent event(Headers headers, byte[] value) {
    try {
      return KafkaMessageFactory.createReader(headers, value).toEvent();
    } catch (CloudEventRWException | IllegalArgumentException | IllegalStateException e) {
      throw new InvalidMessage("headers", "must be CloudEvents 1.0 attributes");
    }
  }

  private static Envelope structured(byte[] value, String contentType, Headers headers) {
    if (!mediaType(contentType).equals(STRUCTURED + "+json")) {
      throw new InvalidMessage(
          EventCodec.CONTENT_TYPE, "must be application/json or application/cloudevents+json");
    }
    return structured(Json.readTree(value), headers);
  }

  private static Envelope structured(JsonNode event, Headers headers) {
    checkSpecVersion("specversion", attribute(event, "specversion").orElse(""));
    String id = attribute(event, "id").orElse("");
    String source = attribute(event, "source").orElse("");
    String type = attribute(event, "type").orElse("");
    checkId("id", id);
    uri("source", source);
    checkId("type", type);
    Optional<String> time = attribute(event, "time");
    time.ifPresent(it -> checkTime("time", it));
    String contentType = attribute(event, "datacontenttype").orElse("application/json");
    if (!json(contentType)) {
      throw new InvalidMessage("datacontenttype", "must be application/json");
    }
    Optional<String> trace = traceparent(headers).or(() -> attribute(event, "traceparent"));
    Optional<EventSignature> signature =
        attribute(event, EventSignature.ATTRIBUTE)
            .map(jws -> {
              String subject = attribute(event, "subject").orElse("");
              byte[] signed = signedData(event);
              SignedInput input =
                  new SignedInput(id, source, type, subject, time.orElse(""), signed);
              return signature("", input, jws);
            });
    JsonNode data = data(event);
    return new Envelope(
        id, source, type, "type", trace, Json.write(data), Optional.of(data), signature);
  }

  /** JSON within JSON may be formatted anew on its way: only bytes can be signed. */
  private static byte[] signedData(JsonNode event) {
    if (event.has("data")) {
      throw new InvalidMessage("data", "must be data_base64 in an event that is signed");
    }
    return base64Data(event);
  }

  private static JsonNode data(JsonNode event) {
    JsonNode data = event.get("data");
    return data == null ? Json.readTree(base64Data(event)) : data;
  }

  private static byte[] base64Data(JsonNode event) {
    String encoded =
        attribute(event, "data_base64")
            .orElseThrow(() -> new InvalidMessage("data", "is required"));
    try {
      return Base64.getDecoder().decode(encoded);
    } catch (IllegalArgumentException e) {
      throw new InvalidMessage("data_base64", "must be base64");
    }
  }

  private static Optional<String> attribute(JsonNode event, String name) {
    JsonNode value = event.get(name);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw new InvalidMessage(name, "must be a string");
    }
    return Optional.of(value.asString());
  }

  private static Optional<String> traceparent(Headers headers) {
    return header(headers, EventCodec.TRACEPARENT);
  }

  private static Optional<String> header(Headers headers, String name) {
    return Optional.ofNullable(headers.lastHeader(name)).map(Header::value).map(Envelope::text);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void checkSize(Headers headers) {
    int count = 0;
    int bytes = 0;
    for (Header header : headers) {
      count++;
      bytes += header.key().length() + length(header.value());
    }
    if (count > MAX_HEADERS || bytes > MAX_HEADER_BYTES) {
      throw new InvalidMessage(
          "headers",
          "must be at most %d of together %d bytes".formatted(MAX_HEADERS, MAX_HEADER_BYTES));
    }
  }

  private static int length(byte @Nullable [] value) {
    return value == null ? 0 : value.length;
  }

  private static void checkSpecVersion(String field, String version) {
    if (!version.equals("1.0")) {
      throw new InvalidMessage(field, "must be 1.0");
    }
  }

  static void checkId(String field, String id) {
    if (!PRINTABLE.matcher(id).matches()) {
      throw new InvalidMessage(field, "must hold 1 to 256 printable characters");
    }
  }

  static URI uri(String field, String text) {
    try {
      if (text.isEmpty() || text.length() > 1024) {
        throw new InvalidMessage(field, "must hold 1 to 1024 characters");
      }
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new InvalidMessage(field, "must be a URI reference");
    }
  }

  private static Instant checkTime(String field, String time) {
    try {
      return OffsetDateTime.parse(time).toInstant();
    } catch (DateTimeException e) {
      throw new InvalidMessage(field, "must be a date and time with zone (RFC 3339)");
    }
  }

  private static boolean json(String contentType) {
    return mediaType(contentType).equals("application/json");
  }

  private static String mediaType(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT);
  }
}
