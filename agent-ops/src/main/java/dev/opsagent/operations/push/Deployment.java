package dev.opsagent.operations.push;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.push.PushParameters.Deploy;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Digests;
import java.util.Optional;

/** What the steps around a deployment know of it: what is to run, and whether it does. */
record Deployment(ServiceRuntime runtime, Deploy parameters) {
  /** Fact: where the service answers. */
  static final String ADDRESS = "deploy.address";

  /** Fact: digest of what was deployed. */
  static final String DIGEST = "deploy.digest";

  static String target(StepContext context) {
    return context.task().target().key();
  }

  /** The integrity of the package, or the release commit with its compose file. */
  String digest(Facts facts) {
    return switch (parameters.kind()) {
      case Deploy.COMPOSE ->
          Digests.sha256(facts.get(CommitStep.COMMIT) + "\n" + parameters.file().orElse(""));
      default -> facts.get(PackStep.INTEGRITY);
    };
  }

  boolean isOurs(Running running, StepContext context) {
    return running.digest().equals(digest(context.facts()))
        && running.taskId().equals(context.task().taskId());
  }

  /** The address that the runtime told, else the declared port on this machine. */
  Optional<String> address(Running running) {
    return running.address().or(() -> parameters.port().map(port -> "http://127.0.0.1:" + port));
  }

  /** How the service's output ends, to be put behind a cause. */
  String said(StepContext context) {
    return Lines.end(runtime.log(target(context)))
        .map(lines -> "; its log ends: " + lines)
        .orElse("");
  }

  DeploymentStatus status(Running running, boolean verified) {
    return new DeploymentStatus(
        parameters.kind(), running.version(), running.digest(), address(running), verified);
  }
}
