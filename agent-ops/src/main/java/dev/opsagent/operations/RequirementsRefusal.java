package dev.opsagent.operations;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.TaskDispatch;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Says which requirements of a task nobody would enforce: none is ignored silently. */
public final class RequirementsRefusal {
  private static final Set<Requirement> OF_THE_WORKER =
      EnumSet.of(Requirement.SIGNED, Requirement.APPROVALS, Requirement.EVIDENCE_RETENTION);

  private static final String MEASURED =
      "latency and errors are measured of one service with health.http, after a deploy, rollback,"
          + " restart, scale or push has verified it";

  private RequirementsRefusal() {}

  /**
   * Checks what an operation would have to enforce.
   *
   * @param enforced what it enforces for this task, where that is to run
   */
  public static Optional<Failure> of(TaskDispatch task, Set<Requirement> enforced) {
    return refused(
        task,
        "accept the " + task.operation(),
        it -> OF_THE_WORKER.contains(it) || enforced.contains(it));
  }

  /**
   * Checks what the worker would have to enforce, whatever the operation is.
   *
   * @param enforced what it enforces
   */
  public static Optional<Failure> ofWorker(TaskDispatch task, Set<Requirement> enforced) {
    return refused(
        task, "accept the task", it -> !OF_THE_WORKER.contains(it) || enforced.contains(it));
  }

  private interface Enforcement {
    boolean covers(Requirement requirement);
  }

  private static Optional<Failure> refused(
      TaskDispatch task, String action, Enforcement enforcement) {
    List<Requirement> open =
        task.requirements().demanded().keySet().stream()
            .filter(it -> !enforcement.covers(it))
            .toList();
    return open.isEmpty() ? Optional.empty() : Optional.of(unsupported(action, open));
  }

  private static Failure unsupported(String action, List<Requirement> open) {
    String fields =
        open.stream().map(it -> "requirements." + it.field()).collect(Collectors.joining(", "));
    String needs =
        open.stream().map(RequirementsRefusal::needs).distinct().collect(Collectors.joining("; "));
    return Failure.of(
        ReasonCode.UNSUPPORTED_REQUIREMENT,
        action,
        "nobody would enforce %s here: %s".formatted(fields, needs),
        "take it out, or order what can be held to it");
  }

  /** What it would take to enforce it. */
  private static String needs(Requirement requirement) {
    return switch (requirement) {
      case DEADLINE, TIMEOUT, NOT_BEFORE, NOT_AFTER -> "the worker keeps the times of its tasks";
      case P95_LATENCY, ERROR_RATE -> MEASURED;
      case BUILD_TIME -> "building is timed by image.build, and by a push that packs";
      case REPLICAS -> "replicas are those of a deploy of one service whose runtime runs several";
      case CPUS, MEMORY -> "processors and memory are limited for a deploy of one image";
      case AUTOSCALING ->
          "a service is scaled by its load by a deploy of one image to a cluster; manifests hold an"
              + " autoscaler of their own";
      case SBOM -> "no operation makes a bill of materials";
      case PROVENANCE -> "no operation attests how an artifact was made";
      case SIGNED -> "this worker does not ask for signatures";
      case APPROVALS -> "this worker does not ask for approvals";
      case EVIDENCE_RETENTION -> "the topics of the bus keep it for less time";
    };
  }
}
