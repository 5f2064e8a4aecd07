package dev.opsagent.outside;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Requirements.Timeline;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * When tasks may begin in an environment: not before their own time, and not while a freeze holds
 * them. A dry run changes nothing, so that nothing holds it.
 *
 * @param environment its name, for sentences
 * @param freezes of the environment
 */
public record Calendar(String environment, List<Freeze> freezes) {

  /** How far it is looked ahead; freezes by the week may leave no time at all. */
  private static final Duration HORIZON = Duration.ofDays(366);

  public Calendar {
    freezes = List.copyOf(freezes);
  }

  /**
   * Says that a task cannot begin yet.
   *
   * @param until the first time at which it can; where that is more than a year away, a time before
   *     which it cannot
   * @param why what holds it, in the order in which it does
   * @param forGood whether that is later than the latest start that the task allows
   */
  public record Closed(Instant until, List<String> why, boolean forGood) {
    public Closed {
      why = List.copyOf(why);
    }

    /** "not before T, because …". */
    public String sentence() {
      return "not before %s, because %s".formatted(until, String.join("; ", why));
    }
  }

  /**
   * Whether a task can begin.
   *
   * @param overtakes whether its operation goes before tasks that only wait
   * @return empty when it can
   */
  public Optional<Closed> opens(TaskDispatch order, boolean overtakes, Instant now) {
    if (order.dryRun()) {
      return Optional.empty();
    }
    Timeline timeline = order.requirements().timeline().orElse(Timeline.ANY);
    Set<String> why = new LinkedHashSet<>();
    Instant start = timeline.notBefore().filter(now::isBefore).orElse(now);
    if (start.isAfter(now)) {
      why.add("its notBefore is " + start);
    }
    List<Freeze> holding =
        freezes.stream().filter(it -> it.holds(order.operation(), overtakes)).toList();
    Instant until = thawed(holding, start, now.plus(HORIZON), why);
    Optional<Instant> latest = timeline.notAfter().filter(until::isAfter);
    latest.ifPresent(it -> why.add("its notAfter is " + it));
    return why.isEmpty()
        ? Optional.empty()
        : Optional.of(new Closed(until, List.copyOf(why), latest.isPresent()));
  }

  /** The end of one freeze may lie in another. */
  private static Instant thawed(
      List<Freeze> holding, Instant start, Instant horizon, Set<String> why) {
    Instant at = start;
    Optional<Freeze> next = Optional.empty();
    do {
      Instant moment = at;
      next = holding.stream().filter(it -> it.until(moment).isPresent()).findFirst();
      if (next.isPresent()) {
        why.add(next.get().sentence());
        at = next.flatMap(it -> it.until(moment)).orElse(moment);
      }
    } while (next.isPresent() && at.isBefore(horizon));
    return at;
  }

  /**
   * Why a task is not taken at all: it could begin only when its time is over.
   *
   * @param overtakes whether its operation goes before tasks that only wait
   */
  public Optional<Failure> refuse(TaskDispatch order, boolean overtakes, Instant now) {
    return opens(order, overtakes, now)
        .filter(it ->
            it.forGood()
                || end(order.requirements(), now)
                    .filter(end -> !it.until().isBefore(end))
                    .isPresent())
        .map(closed ->
            Failure.of(
                ReasonCode.DEADLINE_PASSED,
                "accept the " + order.operation(),
                "it can begin in %s %s; by then its time is over"
                    .formatted(environment, closed.sentence()),
                "give it more time, or order it when it can begin"));
  }

  /** The earlier one of the times by which the task itself says that it must have ended. */
  private static Optional<Instant> end(Requirements requirements, Instant now) {
    return Stream.concat(
            requirements.deadline().stream(), requirements.timeout().map(now::plus).stream())
        .min(Instant::compareTo);
  }
}
