package dev.opsagent.protocol;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The messages of the bus: what each is called in CloudEvents, which topic carries it, which schema
 * and which record describe it.
 */
public enum MessageType {
  TASK_DISPATCH("task.dispatch", TopicRole.TASKS, TaskDispatch.class),
  TASK_CANCEL("task.cancel", TopicRole.CONTROL, TaskCancel.class),
  TASK_APPROVE("task.approve", TopicRole.CONTROL, TaskApprove.class),
  TASK_DENY("task.deny", TopicRole.CONTROL, TaskDeny.class),
  TASK_RESOLVE("task.resolve", TopicRole.CONTROL, TaskResolve.class),
  QUARANTINE_LIFT("quarantine.lift", TopicRole.CONTROL, QuarantineLift.class),
  ESCALATION_ACKNOWLEDGE("escalation.acknowledge", TopicRole.CONTROL, EscalationAcknowledge.class),
  ENGINEER_CHANGE("evidence.engineer.change", TopicRole.CONTEXT, EngineerChange.class),
  QA_RESULT("evidence.qa.result", TopicRole.CONTEXT, QaResult.class),
  SECURITY_CLEARANCE("evidence.security.clearance", TopicRole.CONTEXT, SecurityClearance.class),
  RELEASE_TAG("evidence.vcs.release-tag", TopicRole.CONTEXT, ReleaseTag.class),
  DOCS_PUBLISHED("evidence.docs.published", TopicRole.CONTEXT, DocsPublished.class),
  STATUS_REPORT("status.report", TopicRole.STATUS, StatusReport.class),
  ESCALATION("escalation", TopicRole.ESCALATIONS, Escalation.class),
  AUDIT_RECORD("audit.record", TopicRole.AUDIT, AuditRecord.class),
  DEPLOYMENT_RECORD("deployment.record", TopicRole.DEPLOYMENTS, DeploymentRecord.class),
  LEARNING("learning", TopicRole.LEARNINGS, Learning.class),
  AGENT_CARD("agent.card", TopicRole.CARDS, AgentCard.class);

  /** The version of the contract that this code speaks. */
  public static final int VERSION = 1;

  static final String PREFIX = "dev.opsagent.";

  private static final Map<String, MessageType> BY_TYPE =
      Arrays.stream(values()).collect(Collectors.toMap(MessageType::type, Function.identity()));

  private final String message;
  private final String type;
  private final TopicRole topic;
  private final Class<? extends Message> record;

  MessageType(String message, TopicRole topic, Class<? extends Message> record) {
    this.message = message;
    this.type = PREFIX + message + ".v" + VERSION;
    this.topic = topic;
    this.record = record;
  }

  /** The message's name, such as {@code task.dispatch}. */
  public String message() {
    return message;
  }

  /** The CloudEvents type, such as {@code dev.opsagent.task.dispatch.v1}. */
  public String type() {
    return type;
  }

  public TopicRole topic() {
    return topic;
  }

  /** The record that it is read into. */
  public Class<? extends Message> record() {
    return record;
  }

  /** The file that states its schema, below {@code schemas/}. */
  public String schemaFile() {
    return message + ".schema.json";
  }

  /** The {@code $id} of its schema. */
  public String schemaId() {
    return "urn:dev.opsagent:" + message + ":v" + VERSION;
  }

  /** The message of a CloudEvents type, if it is one of ours in our version. */
  public static Optional<MessageType> ofType(String type) {
    return Optional.ofNullable(BY_TYPE.get(type));
  }

  /** The type of a message. */
  public static MessageType of(Message message) {
    return switch (message) {
      case TaskDispatch _ -> TASK_DISPATCH;
      case TaskCancel _ -> TASK_CANCEL;
      case TaskApprove _ -> TASK_APPROVE;
      case TaskDeny _ -> TASK_DENY;
      case TaskResolve _ -> TASK_RESOLVE;
      case QuarantineLift _ -> QUARANTINE_LIFT;
      case EscalationAcknowledge _ -> ESCALATION_ACKNOWLEDGE;
      case EngineerChange _ -> ENGINEER_CHANGE;
      case QaResult _ -> QA_RESULT;
      case SecurityClearance _ -> SECURITY_CLEARANCE;
      case ReleaseTag _ -> RELEASE_TAG;
      case DocsPublished _ -> DOCS_PUBLISHED;
      case StatusReport _ -> STATUS_REPORT;
      case Escalation _ -> ESCALATION;
      case AuditRecord _ -> AUDIT_RECORD;
      case DeploymentRecord _ -> DEPLOYMENT_RECORD;
      case Learning _ -> LEARNING;
      case AgentCard _ -> AGENT_CARD;
    };
  }
}
