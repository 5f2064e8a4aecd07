package dev.opsagent.operations;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import java.util.Optional;

/**
 * What runs on a task's target.
 *
 * @param port where it takes connections, as far as the task says
 */
public record Service(ServiceRuntime runtime, Optional<Integer> port) {
  /** The target of the task. */
  public static String target(StepContext context) {
    return context.task().target().key();
  }

  /** What runs now. */
  public Optional<Running> running(StepContext context) throws Stopped {
    return unlessOk(runtime.running(target(context)));
  }

  /** The address that the runtime told, else the declared port on this machine. */
  public Optional<String> address(Running running) {
    return running.address().or(() -> port.map(at -> "http://127.0.0.1:" + at));
  }

  /** Where the release itself answers, whatever stands before it. */
  Optional<String> direct(Running running) {
    return running.direct().or(() -> address(running));
  }

  /** What is reported of it. */
  public DeploymentStatus status(Running running, boolean verified) {
    return new DeploymentStatus(
        runtime.kind(), running.version(), running.digest(), address(running), verified);
  }

  /** How its output ends, to be put behind a cause. */
  public String said(StepContext context) {
    return Lines.end(runtime.log(target(context)))
        .map(lines -> "; its log ends: " + lines)
        .orElse("");
  }
}
