package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.front.Route.Canary;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.util.Optional;

/**
 * What stands beside the live release of a service, and gets its callers by and by; for one
 * question.
 */
record FrontedCanary(FrontedService service) {
  private static final int WHOLE = 100;

  Answer<Running> introduce(Release release, Trial trial) throws IOException, InterruptedException {
    Optional<Route> open = service.route().filter(Route::isOpen);
    int port = release.port().orElseThrow();
    if (open.filter(it -> it.port() == port).isEmpty()) {
      return service.refused(
          ReasonCode.CONFLICT,
          "nobody comes in on port %d for whom something answers".formatted(port),
          "deploy it blue-green on that port first");
    }
    if (service.front().serve(service.key()) instanceof Answer.No<Boolean> no) {
      return new Answer.No<>(no.failure());
    }
    return switch (running()) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>>(Optional<Running> there) ->
          there.filter(it -> isSame(it, release)).isPresent()
              ? whole(open.get(), open.get().canary().orElseThrow(), release, trial)
              : introduce(open.get(), release, trial);
    };
  }

  private static boolean isSame(Running running, Release release) {
    return running.digest().equals(release.digest()) && running.taskId().equals(release.taskId());
  }

  private Answer<Running> introduce(Route now, Release release, Trial trial)
      throws IOException, InterruptedException {
    return switch (new FrontedArrival(service).tried(release, trial)) {
      case Answer.No<Running> no -> no;
      case Answer.Ok<Running>(Running candidate) -> {
        Canary canary = new Canary(new FrontedArrival(service).slotOf(now.port(), candidate), 0);
        yield service.front().put(now.vacated().with(Optional.of(canary)))
                instanceof Answer.No<Boolean> no
            ? new Answer.No<>(no.failure())
            : whole(now.vacated(), canary, release, trial);
      }
    };
  }

  /** With all its replicas, before the first caller reaches one. */
  private Answer<Running> whole(Route now, Canary canary, Release release, Trial trial)
      throws IOException, InterruptedException {
    FrontedReplicas replicas =
        service.replicas(trial, slot -> now.with(Optional.of(new Canary(slot, canary.percent()))));
    return switch (replicas.filled(canary.slot(), service.wanted(release))) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot full) -> running(full).then(service::orEnded);
    };
  }

  Answer<Boolean> share(String digest, int percent) throws IOException, InterruptedException {
    Optional<Canary> canary = service.route().flatMap(Route::canary).filter(it -> it.isOf(digest));
    if (canary.isEmpty()) {
      return no(
          ReasonCode.CONFLICT,
          "the release is not there that callers were to reach",
          "deploy it again under a new task id");
    }
    Slot slot = canary.get().slot();
    if (percent == 0) {
      return service.front().put(sharing(slot, percent));
    }
    return switch (running()) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>>(Optional<Running> there) ->
          there.isEmpty()
              ? no(
                  ReasonCode.UNHEALTHY,
                  "the release has ended that callers were to reach",
                  "see the service's log")
              : service
                  .front()
                  .put(
                      percent == WHOLE
                          ? new FrontedArrival(service).arrived(slot)
                          : sharing(slot, percent));
    };
  }

  private Route sharing(Slot slot, int percent) {
    return service.route().orElseThrow().with(Optional.of(new Canary(slot, percent)));
  }

  private Answer<Boolean> no(ReasonCode code, String cause, String fix) {
    return service.refused(code, cause, fix).map(_ -> false);
  }

  Answer<Optional<Integer>> shared(String digest) throws IOException, InterruptedException {
    Optional<Route> now = service.route();
    Optional<Integer> share =
        now.flatMap(Route::canary)
            .filter(it -> it.isOf(digest))
            .map(Canary::percent)
            .or(() ->
                now.map(Route::live).filter(it -> it.digest().equals(digest)).map(_ -> WHOLE));
    return service.front().serve(service.key()).map(_ -> share);
  }

  /** What stands in its slot; empty when that has ended, or is something else. */
  Answer<Optional<Running>> running() {
    return service
        .route()
        .flatMap(Route::canary)
        .map(it -> running(it.slot()))
        .orElseGet(() -> new Answer.Ok<>(Optional.empty()));
  }

  private Answer<Optional<Running>> running(Slot slot) {
    return service
        .replicas()
        .running(slot)
        .map(running ->
            running.filter(it -> it.digest().equals(slot.digest())).map(it -> direct(it, slot)));
  }

  Answer<String> log() {
    return new Answer.Ok<>(
        service
            .route()
            .flatMap(Route::canary)
            .map(it -> service.runtime().log(service.slot(it.slot().name())))
            .orElse(""));
  }

  /** Past the front, only the release itself answers. */
  private static Running direct(Running running, Slot slot) {
    return new Running(
        running.version(),
        running.digest(),
        running.taskId(),
        running.identity(),
        Optional.of(slot.address()),
        Optional.of(slot.address()),
        Optional.empty(),
        running.replicas(),
        running.services());
  }
}
