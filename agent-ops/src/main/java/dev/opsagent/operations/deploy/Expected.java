package dev.opsagent.operations.deploy;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.deploy.Sight.Before;
import dev.opsagent.outside.ServiceRuntime.Running;
import java.util.Optional;

/** Whether what runs is what should run once the task's change is made. */
interface Expected {
  boolean is(Running running, StepContext context);

  /** The release of the plan, brought up by this task. */
  static boolean isRelease(Running running, StepContext context) {
    return running.digest().equals(Sight.of(context.facts()).wanted().digest())
        && isOfTask(running, context);
  }

  /** What ran before, be it that there are more or fewer of it. */
  static boolean isAsBefore(Running running, StepContext context) {
    return Sight.of(context.facts()).running().filter(it -> it.is(running)).isPresent();
  }

  /** Whether there are as many of it as there are to be. */
  static boolean isWhole(Running running, StepContext context) {
    Optional<Integer> wanted = Sight.of(context.facts()).terms().replicas();
    // What is made of services has a number of each, and none of its own.
    return running.isWhole()
        && (!running.services().isEmpty() || wanted.filter(it -> it > running.wanted()).isEmpty());
  }

  /** Whatever this task brought up. */
  static boolean isOfTask(Running running, StepContext context) {
    return running.taskId().equals(context.task().taskId());
  }

  /** The release that was to be gone back to, and not what ran. */
  static boolean isBack(Running running, StepContext context) {
    Sight seen = Sight.of(context.facts());
    String left = seen.running().map(Before::digest).orElse("");
    String wanted = seen.wanted().digest();
    return wanted.isEmpty() ? !running.digest().equals(left) : running.digest().equals(wanted);
  }
}
