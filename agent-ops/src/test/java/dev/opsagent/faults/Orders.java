package dev.opsagent.faults;

import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The tasks that tests send. */
final class Orders {
  private Orders() {}

  /** A push to {@code local/<service>} that behaves as the cues say. */
  static TaskDispatch order(String taskId, String service, Cue... cues) {
    return order(taskId, service, Requirements.NONE, cues);
  }

  /** A push that must end within so much time. */
  static TaskDispatch order(String taskId, String service, Duration timeout, Cue... cues) {
    Requirements requirements = Requirements.within(timeout);
    return order(taskId, service, requirements, cues);
  }

  private static TaskDispatch order(
      String taskId, String service, Requirements requirements, Cue... cues) {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode().put("bump", "patch");
    ArrayNode scripts = parameters.putArray("scripts");
    for (Cue cue : cues) {
      scripts.add(cue.text());
    }
    return new TaskDispatch(
        taskId,
        "push",
        new Target("local", service),
        Optional.empty(),
        parameters,
        requirements,
        List.of(),
        "pm",
        false,
        Optional.empty());
  }

  /** So many tasks {@code <name>-0…} dealt out over so many targets {@code <name>-t0…}. */
  static List<TaskDispatch> many(String name, int tasks, int targets, Cue... cues) {
    List<TaskDispatch> orders = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      orders.add(order(name + "-" + i, name + "-t" + i % targets, cues));
    }
    return orders;
  }

  static List<String> ids(List<TaskDispatch> orders) {
    return orders.stream().map(TaskDispatch::taskId).toList();
  }
}
