package dev.opsagent.cli;

import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Tasks of a command's own making. */
final class Orders {
  private Orders() {}

  /** A task on a service of this machine. */
  static TaskDispatch task(
      String by, String taskId, String operation, String service, ObjectNode parameters) {
    return task(by, taskId, operation, service, parameters, Optional.empty());
  }

  /** The same, on what a repository holds. */
  static TaskDispatch task(
      String by,
      String taskId,
      String operation,
      String service,
      ObjectNode parameters,
      Optional<RepositoryRef> from) {
    return task(by, taskId, operation, new Target("local", service), parameters, from);
  }

  /** The same, elsewhere. */
  static TaskDispatch task(
      String by,
      String taskId,
      String operation,
      Target target,
      ObjectNode parameters,
      Optional<RepositoryRef> from) {
    ObjectNode task = Json.mapper().createObjectNode();
    task.put("taskId", taskId).put("operation", operation);
    task.set("target", Json.mapper().valueToTree(target));
    from.ifPresent(it -> task.set("repository", Json.mapper().valueToTree(it)));
    task.set("parameters", parameters);
    task.putObject("requirements");
    task.putArray("requiredEvidence");
    task.put("requestedBy", by).put("dryRun", false);
    return (TaskDispatch) EventCodec.message(MessageType.TASK_DISPATCH, task);
  }
}
