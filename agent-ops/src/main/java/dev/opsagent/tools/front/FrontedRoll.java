package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.tools.front.Route.Canary;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.util.Optional;

/**
 * Has a release take the place of the live one replica by replica. It is a canary whose share of
 * the callers is that of the replicas it has: with each that comes, one of the live release goes.
 * The last of those stays warm, to be turned back to, until it is retired.
 */
record FrontedRoll(FrontedService service, Release release, Trial trial) {
  private static final int WHOLE = 100;

  /** Where there is nothing to be replaced on the release's port, it comes in as a whole. */
  Answer<Running> run() throws IOException, InterruptedException {
    FrontedArrival arrival = new FrontedArrival(service);
    int port = release.port().orElseThrow();
    boolean first =
        service.route().filter(it -> it.isOpen() && it.port() == port).isEmpty()
            || arrival.alreadyLive(release).isPresent();
    return first ? arrival.replace(release, trial) : replicaByReplica();
  }

  private int wanted() {
    return service.wanted(release);
  }

  private Answer<Running> replicaByReplica() throws IOException, InterruptedException {
    Answer<Route> now = begun();
    while (now instanceof Answer.Ok<Route>(Route route)
        && coming(route).asked().size() < wanted()) {
      now = next(route);
    }
    return switch (now) {
      case Answer.No<Route> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Route>(Route route) -> {
        FrontedService last = service.at(route);
        yield last.turn(new FrontedArrival(last).arrived(coming(route)));
      }
    };
  }

  private static Slot coming(Route route) {
    return route.canary().orElseThrow().slot();
  }

  /** One that was cut off goes on where it was. */
  private Answer<Route> begun() throws IOException, InterruptedException {
    Route now = service.route().orElseThrow();
    Optional<Slot> before =
        now.canary()
            .map(Canary::slot)
            .filter(it -> it.digest().equals(release.digest()))
            .filter(it -> it.taskId().equals(release.taskId()));
    if (before.isPresent()
        && service.replicas().running(before.get(), 1)
            instanceof Answer.Ok<Optional<Running>>(var first)
        && first.isPresent()) {
      return new Answer.Ok<>(now);
    }
    return switch (new FrontedArrival(service).tried(release, trial)) {
      case Answer.No<Running> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Running>(Running candidate) -> {
        Slot slot = new FrontedArrival(service).slotOf(now.port(), candidate);
        yield put(now.vacated().with(Optional.of(new Canary(slot, 0))));
      }
    };
  }

  private Answer<Route> next(Route route) throws IOException, InterruptedException {
    Slot coming = coming(route);
    int there = coming.asked().size();
    int left = Math.max(1, route.live().replicas() - there);
    Slot leaving = route.live().asking(Math.min(left, route.live().asked().size()));
    int percent = WHOLE * there / wanted();
    Route shared = route.live(leaving).with(Optional.of(new Canary(coming, percent)));
    if (put(shared) instanceof Answer.No<Route> no) {
      return no;
    }
    FrontedReplicas replicas =
        service.replicas(trial, it -> shared.with(Optional.of(new Canary(it, percent))));
    if (replicas.idled(leaving) instanceof Answer.No<Slot> no) {
      return new Answer.No<>(no.failure());
    }
    return replicas
        .filled(coming, there + 1)
        .map(grown -> shared.with(Optional.of(new Canary(grown, percent))));
  }

  private Answer<Route> put(Route route) throws IOException, InterruptedException {
    return service.front().put(route).map(_ -> route);
  }
}
