package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * How the replicas of a slot become more and fewer, one at a time. Each is written down before it
 * is started, and is asked once it was tried; one that is to end is asked no more first.
 *
 * @param in the route with the slot in its place
 */
record FrontedReplicas(Front front, Replicas replicas, Trial trial, Function<Slot, Route> in) {
  /** What a replica is answering still gets so long, before it is ended. */
  private static final Duration DRAIN = Duration.ofSeconds(1);

  /** Those that were tried when they came in first are only waited for. */
  static Answer<Boolean> answers(Running candidate) throws InterruptedException {
    FirstAnswer.await(URI.create(candidate.address().orElseThrow()));
    return new Answer.Ok<>(true);
  }

  /** Has at least so many of them asked. */
  Answer<Slot> filled(Slot slot, int wanted) throws IOException, InterruptedException {
    Answer<Slot> now = new Answer.Ok<>(slot);
    while (now instanceof Answer.Ok<Slot>(Slot some) && some.asked().size() < wanted) {
      now = oneMore(some);
    }
    return now;
  }

  /** Has all of them run by the slot's task, those that are asked first; the first one does. */
  Answer<Slot> renewed(Slot slot) throws IOException, InterruptedException {
    for (int number = 2; number <= slot.asked().size(); number++) {
      int one = number;
      switch (replicas.started(slot, number)) {
        case Answer.No<Running> no -> {
          return new Answer.No<>(no.failure());
        }
        case Answer.Ok<Running>(Running up) -> {
          if (trial.passes(up, () -> replicas.log(slot, one)) instanceof Answer.No<Boolean> no) {
            return new Answer.No<>(no.failure());
          }
        }
      }
    }
    return filled(slot, slot.replicas());
  }

  private Answer<Slot> oneMore(Slot slot) throws IOException, InterruptedException {
    int number = slot.asked().size() + 1;
    Answer<Slot> planned = number > slot.replicas() ? planned(slot, number) : new Answer.Ok<>(slot);
    return switch (planned.then(it -> replicas.started(it, number).map(up -> new Up(it, up)))) {
      case Answer.No<Up> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Up>(Up up) ->
          switch (trial.passes(up.running(), () -> replicas.log(slot, number))) {
            case Answer.No<Boolean> no -> new Answer.No<>(no.failure());
            case Answer.Ok<Boolean> _ -> put(up.slot().asking(number));
          };
    };
  }

  private record Up(Slot slot, Running running) {}

  /** One that was begun before goes on where it is. */
  private Answer<Slot> planned(Slot slot, int number) throws IOException, InterruptedException {
    return switch (replicas.running(slot, number)) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>>(Optional<Running> there) ->
          put(slot.more(there.isPresent() ? FrontedService.port(there.get()) : front.freePort()));
    };
  }

  /** Has at most so many of them. */
  Answer<Slot> reduced(Slot slot, int wanted) throws IOException, InterruptedException {
    Answer<Slot> now = new Answer.Ok<>(slot);
    while (now instanceof Answer.Ok<Slot>(Slot some) && some.replicas() > wanted) {
      now = oneFewer(some);
    }
    return now;
  }

  private Answer<Slot> oneFewer(Slot slot) throws IOException, InterruptedException {
    int last = slot.replicas();
    if (slot.asked().size() == last) {
      Answer<Slot> left = put(slot.asking(last - 1));
      if (left instanceof Answer.No<Slot>) {
        return left;
      }
      Thread.sleep(DRAIN);
    }
    return replicas.ended(slot, last) instanceof Answer.No<Boolean> no
        ? new Answer.No<>(no.failure())
        : put(slot.fewer());
  }

  /** Ends those that are not asked, and keeps their places. */
  Answer<Slot> idled(Slot slot) throws InterruptedException {
    if (slot.asked().size() < slot.replicas()) {
      Thread.sleep(DRAIN);
    }
    Answer<Boolean> ended = new Answer.Ok<>(true);
    for (int number = slot.replicas(); number > slot.asked().size(); number--) {
      int one = number;
      ended = ended.then(_ -> replicas.ended(slot, one));
    }
    return ended.map(_ -> slot);
  }

  private Answer<Slot> put(Slot slot) throws IOException, InterruptedException {
    return front.put(in.apply(slot)).map(_ -> slot);
  }
}
