package dev.opsagent.protocol;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code ops.deployments}: what runs on a target; of a stack, what runs of each of its services.
 *
 * @param running what runs now; absent after a stop or an undone first deployment
 * @param lastVerified the last version whose health was verified: the rollback target
 * @param quarantined digests that failed here and are refused until lifted
 * @param taskId the task that changed it last
 * @param services those of a stack by name; absent where the target never was one
 */
public record DeploymentRecord(
    Target target,
    Optional<Release> running,
    Optional<Release> lastVerified,
    List<String> quarantined,
    String taskId,
    Instant at,
    Optional<Map<String, Service>> services)
    implements Message {
  public DeploymentRecord {
    quarantined = List.copyOf(quarantined);
    services = services.map(it -> Collections.unmodifiableMap(new TreeMap<>(it)));
  }

  /** Of a target that is one service. */
  public DeploymentRecord(
      Target target,
      Optional<Release> running,
      Optional<Release> lastVerified,
      List<String> quarantined,
      String taskId,
      Instant at) {
    this(target, running, lastVerified, quarantined, taskId, at, Optional.empty());
  }

  /** Nothing is known of the target. */
  public static DeploymentRecord unknown(Target target, String taskId, Instant at) {
    return new DeploymentRecord(
        target, Optional.empty(), Optional.empty(), List.of(), taskId, at, Optional.empty());
  }

  /** The names of the services of the stack that run. */
  public List<String> runningServices() {
    return known().entrySet().stream()
        .filter(it -> it.getValue().running().isPresent())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * How one service is.
   *
   * @param service of the stack; absent: the target itself
   */
  public Service state(Optional<String> service) {
    return service.isPresent()
        ? known().getOrDefault(service.get(), Service.UNKNOWN)
        : new Service(running, lastVerified, quarantined);
  }

  /** The same, with another state of one service. */
  public DeploymentRecord with(Optional<String> service, Service state, String task, Instant now) {
    if (service.isEmpty()) {
      return new DeploymentRecord(
          target, state.running, state.lastVerified, state.quarantined, task, now, services);
    }
    Map<String, Service> all = new TreeMap<>(known());
    all.put(service.get(), state);
    return new DeploymentRecord(
        target, running, lastVerified, quarantined, task, now, Optional.of(all));
  }

  /** The record of one service of the stack, as if it were a target of its own. */
  public DeploymentRecord part(String service) {
    Service state = state(Optional.of(service));
    return new DeploymentRecord(
        target.part(service), state.running, state.lastVerified, state.quarantined, taskId, at);
  }

  /** The same without the digest among those that failed, on the target or a service of it. */
  public DeploymentRecord lifted(String digest, Instant now) {
    DeploymentRecord lifted =
        with(Optional.empty(), state(Optional.empty()).lifted(digest), taskId, now);
    for (Map.Entry<String, Service> one : known().entrySet()) {
      lifted = lifted.with(Optional.of(one.getKey()), one.getValue().lifted(digest), taskId, now);
    }
    return lifted;
  }

  /** Whether the digest failed on the target, or on a service of it. */
  public boolean hasQuarantined(String digest) {
    return quarantined.contains(digest)
        || known().values().stream().anyMatch(it -> it.quarantined.contains(digest));
  }

  private Map<String, Service> known() {
    return services.orElse(Map.of());
  }

  /**
   * How one service is, be it the target itself or one of a stack.
   *
   * @param running as of the record
   * @param lastVerified as of the record
   * @param quarantined as of the record
   */
  public record Service(
      Optional<Release> running, Optional<Release> lastVerified, List<String> quarantined) {
    static final Service UNKNOWN = new Service(Optional.empty(), Optional.empty(), List.of());

    public Service {
      quarantined = List.copyOf(quarantined);
    }

    Service lifted(String digest) {
      return new Service(
          running, lastVerified, quarantined.stream().filter(it -> !it.equals(digest)).toList());
    }
  }

  /** One deployable state of a service. */
  public record Release(
      String version, String digest, String commit, String runtime, Optional<String> address) {}
}
