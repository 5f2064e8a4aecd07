package dev.opsagent.outside;

import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Target;
import java.util.Optional;

/** What is known to run on targets, whichever worker looks after them. */
@FunctionalInterface
public interface Deployments {
  /**
   * What was last written down of the target, or of the service of a stack that it is.
   *
   * @return empty when no task has ever changed it
   */
  Answer<Optional<DeploymentRecord>> of(Target target);
}
