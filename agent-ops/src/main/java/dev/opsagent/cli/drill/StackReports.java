package dev.opsagent.cli.drill;

import dev.opsagent.protocol.Deliverable.PublicationStatus;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was sent, and every report about it. */
public final class StackReports {
  private final Map<String, Sent> tasks = new LinkedHashMap<>();

  private record Sent(String target, List<StatusReport> reports) {
    boolean isOpen() {
      return ends() == 0;
    }

    long ends() {
      return reports.stream().filter(it -> it.state().isEnd()).count();
    }

    Stream<String> version() {
      return reports.stream()
          .filter(it -> it.state() == TaskState.SUCCEEDED)
          .flatMap(it -> it.deliverables().stream())
          .filter(PublicationStatus.class::isInstance)
          .map(it -> ((PublicationStatus) it).version())
          .limit(1);
    }
  }

  /** A task goes out. */
  public void sent(TaskDispatch task) {
    tasks.put(task.taskId(), new Sent(task.target().key(), new ArrayList<>()));
  }

  /** Reports came in; those about other tasks are left out. */
  public void came(List<StatusReport> all) {
    for (StatusReport report : all) {
      Sent sent = tasks.get(report.taskId());
      if (sent != null) {
        sent.reports().add(report);
      }
    }
  }

  /** How many were sent. */
  public int count() {
    return tasks.size();
  }

  /** How many tasks have begun a step. */
  public long begun() {
    return tasks.values().stream()
        .filter(it -> it.reports().stream().anyMatch(report -> report.step().isPresent()))
        .count();
  }

  /** Those that have not ended. */
  public List<String> open() {
    return tasks.entrySet().stream()
        .filter(it -> it.getValue().isOpen())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** How many ended so. */
  public int ended(TaskState state) {
    return (int)
        tasks.values().stream()
            .filter(it -> it.reports().stream().anyMatch(report -> report.state() == state))
            .count();
  }

  /** What became of those that ended otherwise than they should, one line each. */
  public List<String> failures() {
    return tasks.values().stream()
        .flatMap(it -> it.reports().stream())
        .filter(it -> it.state().isEnd() && it.state() != TaskState.SUCCEEDED)
        .map(it ->
            it.taskId()
                + " ended "
                + it.state()
                + it.reason().map(reason -> ": " + reason.detail()).orElse(""))
        .toList();
  }

  /** The targets with tasks that have not ended. */
  public Set<String> targets() {
    return tasks.values().stream()
        .filter(Sent::isOpen)
        .map(Sent::target)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether there has been a report about each of the targets since then. */
  public boolean heardOf(Set<String> targets, Instant since) {
    return targets.stream().allMatch(target -> first(target, since).isPresent());
  }

  /** From then to the first report about the last of the targets. */
  public Duration silence(Set<String> targets, Instant since) {
    return targets.stream()
        .flatMap(target -> first(target, since).stream())
        .max(Comparator.naturalOrder())
        .map(last -> Duration.between(since, last))
        .orElse(Duration.ZERO);
  }

  private Optional<Instant> first(String target, Instant since) {
    return tasks.values().stream()
        .filter(it -> it.target().equals(target))
        .flatMap(it -> it.reports().stream())
        .map(StatusReport::at)
        .filter(at -> at.isAfter(since))
        .min(Comparator.naturalOrder());
  }

  /** The versions that the tasks of a target have published, in the order of their dispatch. */
  public List<String> versions(String target) {
    return tasks.values().stream()
        .filter(it -> it.target().equals(target))
        .flatMap(Sent::version)
        .toList();
  }

  /** Ends that were told after one was. */
  public int endedAgain() {
    return (int) tasks.values().stream().mapToLong(it -> Math.max(0, it.ends() - 1)).sum();
  }
}
