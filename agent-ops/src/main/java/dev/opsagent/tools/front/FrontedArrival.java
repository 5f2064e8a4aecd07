package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.front.Route.Canary;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a release comes in beside the live one, for one question: in the free slot, tried there, and
 * turned to.
 */
record FrontedArrival(FrontedService service) {
  Answer<Running> replace(Release release, Trial trial) throws IOException, InterruptedException {
    return switch (service
        .front()
        .serve(service.key())
        .then(_ -> service.runtime().running(service.target()))) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>>(Optional<Running> bare) ->
          bare.isPresent() ? notBehindFront() : arrive(release, trial);
    };
  }

  private Answer<Running> arrive(Release release, Trial trial)
      throws IOException, InterruptedException {
    if (alreadyLive(release).isPresent()) {
      return new FrontedScale(service)
          .whole(service.route().orElseThrow(), service.wanted(release), trial);
    }
    int port = release.port().orElseThrow();
    boolean listened = service.route().filter(it -> it.isOpen() && it.port() == port).isPresent();
    if (!listened && LocalPorts.isTaken(port)) {
      return service.refused(
          ReasonCode.PRECONDITION_FAILED,
          "another program listens on port " + port,
          "end that program or give the service another port");
    }
    return switch (tried(release, trial)) {
      case Answer.No<Running> no -> no;
      case Answer.Ok<Running>(Running candidate) ->
          arrive(slotOf(port, candidate), service.wanted(release), trial);
    };
  }

  /** All replicas are there before callers reach the first, unless nobody answers them now. */
  private Answer<Running> arrive(Slot slot, int wanted, Trial trial)
      throws IOException, InterruptedException {
    if (service.route().isEmpty() || wanted == 1) {
      Route first = arrived(slot);
      return service.front().put(first) instanceof Answer.No<Boolean> no
          ? new Answer.No<>(no.failure())
          : new FrontedScale(service).whole(first, wanted, trial);
    }
    Route now = service.route().get().vacated();
    return switch (service
        .replicas(trial, it -> now.with(Optional.of(new Canary(it, 0))))
        .filled(slot, wanted)) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot full) -> service.turn(arrived(full));
    };
  }

  /** In the free slot, and past its trial. */
  Answer<Running> tried(Release release, Trial trial) throws IOException, InterruptedException {
    String name = Route.free(service.route());
    if (vacated(name) instanceof Answer.No<Boolean> no) {
      return new Answer.No<>(no.failure());
    }
    return switch (candidate(name, release)) {
      case Answer.No<Running> no -> no;
      case Answer.Ok<Running>(Running candidate) ->
          trial
              .passes(candidate, () -> service.runtime().log(service.slot(name)))
              .map(_ -> candidate);
    };
  }

  /** What is tried there replaces what the slot had: nobody must go to that any more. */
  private Answer<Boolean> vacated(String name) throws IOException, InterruptedException {
    boolean kept =
        Stream.of(
                service.route().flatMap(Route::older),
                service.route().flatMap(Route::canary).map(Canary::slot))
            .flatMap(Optional::stream)
            .anyMatch(it -> it.name().equals(name));
    return kept ? service.front().put(service.route().get().vacated()) : new Answer.Ok<>(true);
  }

  Optional<Running> alreadyLive(Release release) {
    return service
        .route()
        .filter(Route::isOpen)
        .filter(it -> it.live().digest().equals(release.digest()))
        .filter(it -> it.live().taskId().equals(release.taskId()))
        .flatMap(it ->
            service.live(it) instanceof Answer.Ok<Optional<Running>>(var live)
                ? live
                : Optional.empty());
  }

  Slot slotOf(int entry, Running candidate) {
    return new Slot(
        Route.free(service.route()),
        FrontedService.port(candidate),
        entry,
        candidate.version(),
        candidate.digest(),
        candidate.taskId(),
        true);
  }

  Route arrived(Slot live) {
    Optional<Slot> before = service.route().map(it -> it.live().warm(isUp(it)));
    return new Route(
        service.key(),
        true,
        live,
        before,
        service.route().flatMap(Route::other),
        Optional.empty(),
        Optional.empty(),
        service.route().flatMap(Route::most));
  }

  /** Whether callers get answers of the live one: only such a release can answer for another. */
  private boolean isUp(Route now) {
    return service.live(now) instanceof Answer.Ok<Optional<Running>>(var running)
        && running.isPresent();
  }

  /** In its slot, on a port of its own; the same one again when it runs there already. */
  private Answer<Running> candidate(String name, Release release) throws IOException {
    return switch (service.runtime().running(service.slot(name))) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>>(Optional<Running> there) -> {
        Optional<Running> same =
            there
                .filter(it -> it.digest().equals(release.digest()))
                .filter(it -> it.taskId().equals(release.taskId()));
        yield same.isPresent()
            ? new Answer.Ok<>(same.get())
            : service.runtime().deploy(service.slot(name), release.on(service.front().freePort()));
      }
    };
  }

  private Answer<Running> notBehindFront() {
    return service.refused(
        ReasonCode.CONFLICT,
        "it was deployed by another strategy, and holds the port",
        "deploy it by recreate, as before, or stop it first");
  }
}
