package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/**
 * How there come to be as many replicas of the live release as there should be, for one question.
 */
record FrontedScale(FrontedService service) {
  Answer<Running> scale(int wanted, Trial trial) throws IOException, InterruptedException {
    Optional<Route> open = service.route().filter(Route::isOpen);
    if (open.isEmpty()) {
      return notScalable();
    }
    if (service.front().serve(service.key()) instanceof Answer.No<Boolean> no) {
      return new Answer.No<>(no.failure());
    }
    Route now = open.get();
    FrontedReplicas replicas = service.replicas(trial, now::live);
    Answer<Slot> more = replicas.filled(now.live(), wanted);
    return switch (more) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot some) ->
          switch (replicas.reduced(some, wanted)) {
            case Answer.No<Slot> no -> new Answer.No<>(no.failure());
            case Answer.Ok<Slot>(Slot right) -> service.present(now.live(right));
          };
    };
  }

  private Answer<Running> notScalable() {
    return service
        .runtime()
        .running(service.target())
        .then(bare ->
            bare.isPresent()
                ? service.refused(
                    ReasonCode.CONFLICT,
                    "it was deployed by recreate, and has its port for itself",
                    "deploy it rolling, blue-green or as a canary, and name the replicas there")
                : service.refused(
                    ReasonCode.PRECONDITION_FAILED, "nothing runs there", "deploy it first"));
  }

  /** Has so many replicas of the live release. */
  Answer<Running> whole(Route now, int wanted, Trial trial)
      throws IOException, InterruptedException {
    return switch (service.replicas(trial, now::live).filled(now.live(), wanted)) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot full) -> service.present(now.live(full));
    };
  }

  /** Has all replicas of the live release, the first of which runs. */
  Answer<Running> whole(Slot live) throws IOException, InterruptedException {
    FirstAnswer.await(URI.create(live.address()));
    return switch (service.again(service.route().orElseThrow()).filled(live, live.replicas())) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot full) -> service.present(service.route().orElseThrow().live(full));
    };
  }

  /** The first replica runs again; the others follow, one after the other. */
  Answer<Running> restarted(Route now, Slot live) throws IOException, InterruptedException {
    Route open = now.open(true);
    Slot first = now.isOpen() ? live : live.asking(1);
    if (service.front().put(open.live(first)) instanceof Answer.No<Boolean> no) {
      return new Answer.No<>(no.failure());
    }
    return switch (service.again(open).renewed(first)) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot full) -> service.present(open.live(full));
    };
  }
}
