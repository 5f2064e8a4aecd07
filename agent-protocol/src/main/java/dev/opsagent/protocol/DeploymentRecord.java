package dev.opsagent.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * {@code ops.deployments}: what runs on a target.
 *
 * @param running what runs now; absent after a stop or an undone first deployment
 * @param lastVerified the last version whose health was verified: the rollback target
 * @param quarantined digests that failed here and are refused until lifted
 * @param taskId the task that changed it last
 */
public record DeploymentRecord(
    Target target,
    Optional<Release> running,
    Optional<Release> lastVerified,
    List<String> quarantined,
    String taskId,
    Instant at)
    implements Message {
  public DeploymentRecord {
    quarantined = List.copyOf(quarantined);
  }

  /** One deployable state of a service. */
  public record Release(
      String version, String digest, String commit, String runtime, Optional<String> address) {}
}
