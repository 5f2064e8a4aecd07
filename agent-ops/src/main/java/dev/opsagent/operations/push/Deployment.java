package dev.opsagent.operations.push;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Integrity;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.push.PushParameters.Deploy;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;

/** What the steps around a deployment know of it: what is to run, and whether it does. */
record Deployment(ServiceRuntime runtime, Deploy parameters) {
  /** Fact: where the service answers. */
  static final String ADDRESS = "deploy.address";

  /** Fact: digest of what was deployed. */
  static final String DIGEST = "deploy.digest";

  Service service() {
    return new Service(runtime, parameters.port());
  }

  /** The integrity of the package, or the release commit with its compose file. */
  String digest(Facts facts) {
    return switch (parameters.kind()) {
      case Deploy.COMPOSE -> Integrity.ofSource(facts.get(CommitStep.COMMIT), parameters.file());
      default -> facts.get(PackStep.INTEGRITY);
    };
  }

  boolean isOurs(Running running, StepContext context) {
    return running.digest().equals(digest(context.facts()))
        && running.taskId().equals(context.task().taskId());
  }
}
