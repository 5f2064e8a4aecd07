package dev.opsagent.clients;

import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.Target;
import dev.opsagent.testing.RawProducer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages that break the contract, and what must become of each. */
@SuppressWarnings("ImmutableEnumChecker") // the maps that it holds are copies
enum BadInput {
  BROKEN_JSON("{\"taskId\": \"broken", buried("", "well-formed")),
  NOT_JSON_AT_ALL("\u0000\u0001\u0002", buried("", "well-formed")),
  EMPTY("", buried("", "must not be empty")),
  NULL_VALUE(null, buried("", "must have a value")),
  TWO_MEGABYTES("[\"" + "x".repeat(2_000_000) + "\"]", buried("", "at most 1048576 bytes")),
  NO_OBJECT("[1, 2]", buried("", "must be")),
  WITHOUT_KEY("{}", buried("taskId", "is required")),
  MISSING_TASK_ID(
      "{\"operation\": \"push\", \"target\": TARGET, \"requestedBy\": \"pm\"}",
      buried("taskId", "is required")),
  TARGET_AS_TEXT(
      "{\"taskId\": \"t\", \"operation\": \"push\", \"target\": \"local/bad\","
          + " \"requestedBy\": \"pm\"}",
      buried("target", "must be of type object")),
  NO_EVENT(order("no-event", ""), Map.of(), answered("no-event", "ce_specversion")),
  UNKNOWN_TYPE(
      order("unknown-type", ""),
      RawProducer.binary("dev.opsagent.task.explode.v1"),
      answered("unknown-type", "ce_type must be one of")),
  UNKNOWN_VERSION(
      order("unknown-version", ""),
      RawProducer.binary("dev.opsagent.task.dispatch.v2"),
      answered("unknown-version", "ce_type must be dev.opsagent.task.dispatch.v1")),
  UNKNOWN_OPERATION(
      order("unknown-operation", "").replace("\"push\"", "\"explode\""),
      answered(
          "unknown-operation",
          "operation must be one of [deploy, environment.configure, image.build, infrastructure.drift, push, restart, rollback, scale, stop]")),
  MISSING_REQUESTER(
      order("missing-requester", "").replace(", \"requestedBy\": \"pm\"", ""),
      answered("missing-requester", "requestedBy is required")),
  WRONG_TYPE(
      order("wrong-type", ", \"dryRun\": \"SECRET\""), answered("wrong-type", "dryRun must be")),
  PARAMETERS_AS_LIST(
      order("parameters-as-list", ", \"parameters\": [\"SECRET\"]"),
      answered("parameters-as-list", "parameters must be of type object")),
  UNKNOWN_FIELD(
      order("unknown-field", ", \"surprise\": \"SECRET\""),
      answered("unknown-field", "surprise is not a known field")),
  UNKNOWN_PARAMETER(
      order("unknown-parameter", ", \"parameters\": {\"bump\": \"patch\", \"force\": \"SECRET\"}"),
      answered("unknown-parameter", "parameters.force is not a known field")),
  WRONG_PARAMETER(
      order("wrong-parameter", ", \"parameters\": {\"bump\": \"SECRET\"}"),
      answered("wrong-parameter", "parameters.bump must")),
  FIELD_TWICE(
      order("field-twice", ", \"requestedBy\": \"SECRET\""), buried("", "without duplicate keys")),
  CANCEL_AMONG_TASKS(
      "{\"taskId\": \"t\", \"target\": TARGET, \"by\": \"ada\", \"reason\": \"why\"}",
      RawProducer.binary(MessageType.TASK_CANCEL.type()),
      buried("type", "does not belong on this topic")),
  TASK_AMONG_CONTROLS(order("misplaced", ""), answered("misplaced", "belongs on pm.tasks")),
  BROKEN_CONTROL(
      "{\"taskId\": \"t\", \"target\": TARGET}",
      RawProducer.binary(MessageType.TASK_CANCEL.type()),
      buried("by", "is required"));

  static final String SECRET = "hunter2";
  static final Target TARGET = new Target("local", "bad");

  private final @Nullable String value;
  private final Map<String, String> headers;
  private final Verdict verdict;

  /** What must become of a message. */
  sealed interface Verdict {
    /** It lies among the dead letters, with field and reason. */
    record Buried(String field, String reason) implements Verdict {}

    /** Its sender has a REJECTED report, whose detail holds this. */
    record Answered(String taskId, String detail) implements Verdict {}
  }

  BadInput(@Nullable String value, Verdict verdict) {
    this(value, RawProducer.binary(MessageType.TASK_DISPATCH.type()), verdict);
  }

  BadInput(@Nullable String value, Map<String, String> headers, Verdict verdict) {
    this.value = value;
    this.headers = Map.copyOf(headers);
    this.verdict = verdict;
  }

  /** The value, as it is sent. */
  byte @Nullable [] value() {
    return value == null
        ? null
        : value
            .replace("TARGET", "{\"environment\": \"local\", \"service\": \"bad\"}")
            .replace("SECRET", SECRET)
            .getBytes(StandardCharsets.UTF_8);
  }

  Map<String, String> headers() {
    return headers;
  }

  Verdict verdict() {
    return verdict;
  }

  /** Whether it goes to the topic of control messages. */
  boolean control() {
    return this == TASK_AMONG_CONTROLS || this == BROKEN_CONTROL;
  }

  /** An order that is good but for what is added or replaced. */
  private static String order(String taskId, String more) {
    return ("{\"taskId\": \"%s\", \"operation\": \"push\", \"target\": TARGET,"
            + " \"requestedBy\": \"pm\"%s}")
        .formatted(taskId, more);
  }

  private static Verdict buried(String field, String reason) {
    return new Verdict.Buried(field, reason);
  }

  private static Verdict answered(String taskId, String detail) {
    return new Verdict.Answered(taskId, detail);
  }
}
