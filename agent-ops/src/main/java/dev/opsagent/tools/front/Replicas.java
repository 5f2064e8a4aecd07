package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.tools.front.Route.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What runs in the slots of a target. Each replica is a target of its own of the runtime; the first
 * one has the name of its slot.
 */
record Replicas(String target, ServiceRuntime runtime) {
  String place(String slot) {
    return target + "~" + slot;
  }

  private String place(String slot, int number) {
    return number == 1 ? place(slot) : place(slot) + "~" + number;
  }

  /** Those of a slot that run, as one; empty when none does. */
  Answer<Optional<Running>> running(Slot slot) {
    Answer<List<Running>> all = new Answer.Ok<>(List.of());
    for (int number = 1; number <= slot.replicas(); number++) {
      String place = place(slot.name(), number);
      all = all.then(before -> runtime.running(place).map(it -> with(before, it)));
    }
    return all.map(found -> found.isEmpty() ? Optional.empty() : Optional.of(as(slot, found)));
  }

  /** What an earlier release left in a place does not count. */
  private static List<Running> with(List<Running> before, Optional<Running> found) {
    List<Running> all = new ArrayList<>(before);
    found
        .filter(it -> before.isEmpty() || it.digest().equals(before.getFirst().digest()))
        .ifPresent(all::add);
    return all;
  }

  private static Running as(Slot slot, List<Running> found) {
    Running first = found.getFirst();
    return slot.replicas() == 1
        ? first
        : new Running(
            first.version(),
            first.digest(),
            first.taskId(),
            found.stream().map(Running::identity).collect(Collectors.joining(" ")),
            first.address(),
            first.direct(),
            first.previous(),
            Optional.of(
                new ServiceRuntime.Replicas(
                    Math.min(found.size(), slot.asked().size()), slot.replicas())));
  }

  /** What runs of one replica, if it is of the slot's release and task. */
  Answer<Optional<Running>> running(Slot slot, int number) {
    return runtime
        .running(place(slot.name(), number))
        .map(running ->
            running
                .filter(it -> it.digest().equals(slot.digest()))
                .filter(it -> it.taskId().equals(slot.taskId())));
  }

  /** Has one replica run where the slot says; harmless when it does. */
  Answer<Running> started(Slot slot, int number) {
    return running(slot, number)
        .then(there ->
            there
                .<Answer<Running>>map(Answer.Ok::new)
                .orElseGet(() ->
                    runtime.duplicate(
                        place(slot.name()),
                        place(slot.name(), number),
                        slot.ports().get(number - 1),
                        slot.taskId())));
  }

  Answer<Boolean> ended(Slot slot, int number) {
    return runtime.stop(place(slot.name(), number));
  }

  /** Ends what runs in these slots, the first replicas last, and tells whether anything did. */
  Answer<Boolean> ended(List<String> slots, int most) {
    Answer<Boolean> any = new Answer.Ok<>(false);
    for (String slot : slots) {
      for (int number = most; number > 0; number--) {
        String place = place(slot, number);
        any = any.then(before -> runtime.stop(place).map(ran -> before || ran));
      }
    }
    return any;
  }

  /** Ends the replicas of a slot that are not asked. */
  Answer<Boolean> endedBeyond(Slot slot, int most) {
    Answer<Boolean> any = new Answer.Ok<>(false);
    for (int number = most; number > slot.asked().size(); number--) {
      int one = number;
      any = any.then(before -> ended(slot, one).map(ran -> before || ran));
    }
    return any;
  }

  Answer<Boolean> anyRuns(List<String> slots, int most) {
    Answer<Boolean> any = new Answer.Ok<>(false);
    for (String slot : slots) {
      for (int number = 1; number <= most; number++) {
        String place = place(slot, number);
        any =
            any.then(
                before -> runtime.running(place).map(running -> before || running.isPresent()));
      }
    }
    return any;
  }

  /** What is changed of the replicas, and how many of them are missing. */
  Answer<List<Difference>> drift(Slot slot) {
    Answer<List<Difference>> all = new Answer.Ok<>(List.of());
    for (int number = 1; number <= slot.replicas(); number++) {
      String place = place(slot.name(), number);
      String prefix = slot.replicas() == 1 ? "" : "replica " + number + ": ";
      all = all.then(before -> runtime.drift(place).map(found -> with(before, found, prefix)));
    }
    return all;
  }

  private static List<Difference> with(
      List<Difference> before, List<Difference> found, String prefix) {
    List<Difference> all = new ArrayList<>(before);
    found.forEach(
        it -> all.add(new Difference(prefix + it.field(), it.wanted(), it.found(), it.by())));
    return all;
  }

  String log(Slot slot, int number) {
    return runtime.log(place(slot.name(), number));
  }
}
