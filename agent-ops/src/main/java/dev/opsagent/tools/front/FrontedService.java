package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.outside.TargetLife;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.front.Route.Canary;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The life of one target, for one question. What is live, the route says; what runs in the slots,
 * the runtime does. Each change of the route is one replaced file, and every method picks up what a
 * crash before or after it left behind.
 *
 * <p>Only what must reach the service needs the front to serve: one that cannot be started does not
 * stand in the way of a stop.
 *
 * @param key of the route
 * @param route absent: the target is the runtime's own, or its first release is on its way in
 */
record FrontedService(
    String key, String target, Optional<Route> route, ServiceRuntime runtime, Front front)
    implements TargetLife {

  @Override
  public Answer<Optional<Running>> running() throws IOException, InterruptedException {
    return front
        .serve(key)
        .then(_ -> route.isPresent() ? live(route.get()) : runtime.running(target));
  }

  @Override
  public Answer<Running> deploy(Release release) throws IOException, InterruptedException {
    return route.isPresent()
        ? new FrontedRecreate(this).deploy(route.get(), release)
        : runtime.deploy(target, release);
  }

  Answer<Running> replace(Release release, Trial trial) throws IOException, InterruptedException {
    return switch (front.serve(key).then(_ -> runtime.running(target))) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>>(Optional<Running> bare) ->
          bare.isPresent() ? notBehindFront() : arrive(release, trial);
    };
  }

  private Answer<Running> arrive(Release release, Trial trial)
      throws IOException, InterruptedException {
    Optional<Running> done = alreadyLive(release);
    if (done.isPresent()) {
      return new Answer.Ok<>(done.get());
    }
    int port = release.port().orElseThrow();
    boolean listened = route.filter(it -> it.isOpen() && it.port() == port).isPresent();
    if (!listened && LocalPorts.isTaken(port)) {
      return refused(
          ReasonCode.PRECONDITION_FAILED,
          "another program listens on port " + port,
          "end that program or give the service another port");
    }
    return switch (tried(release, trial)) {
      case Answer.No<Running> no -> no;
      case Answer.Ok<Running>(Running candidate) ->
          turn(arrived(slotOf(port, candidate)), candidate);
    };
  }

  /** In the free slot, and past its trial. */
  Answer<Running> tried(Release release, Trial trial) throws IOException, InterruptedException {
    String name = Route.free(route);
    if (vacated(name) instanceof Answer.No<Boolean> no) {
      return new Answer.No<>(no.failure());
    }
    return switch (candidate(name, release)) {
      case Answer.No<Running> no -> no;
      case Answer.Ok<Running>(Running candidate) ->
          trial.passes(candidate, () -> runtime.log(slot(name))).map(_ -> candidate);
    };
  }

  /** What is tried there replaces what the slot had: nobody must go to that any more. */
  private Answer<Boolean> vacated(String name) throws IOException, InterruptedException {
    boolean kept =
        Stream.of(route.flatMap(Route::older), route.flatMap(Route::canary).map(Canary::slot))
            .flatMap(Optional::stream)
            .anyMatch(it -> it.name().equals(name));
    return kept ? front.put(route.get().vacated()) : new Answer.Ok<>(true);
  }

  private Optional<Running> alreadyLive(Release release) {
    return route
        .filter(Route::isOpen)
        .filter(it -> it.live().digest().equals(release.digest()))
        .filter(it -> it.live().taskId().equals(release.taskId()))
        .flatMap(it ->
            live(it) instanceof Answer.Ok<Optional<Running>>(var live) ? live : Optional.empty());
  }

  Slot slotOf(int entry, Running candidate) {
    return new Slot(
        Route.free(route),
        port(candidate),
        entry,
        candidate.version(),
        candidate.digest(),
        candidate.taskId(),
        true);
  }

  Route arrived(Slot live) {
    Optional<Slot> before = route.map(it -> it.live().warm(isUp(it)));
    return new Route(key, true, live, before, route.flatMap(Route::other), Optional.empty());
  }

  /** Whether callers get answers of the live one: only such a release can answer for another. */
  private boolean isUp(Route now) {
    return live(now) instanceof Answer.Ok<Optional<Running>>(var running) && running.isPresent();
  }

  /** In its slot, on a port of its own; the same one again when it runs there already. */
  private Answer<Running> candidate(String name, Release release) throws IOException {
    return switch (runtime.running(slot(name))) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>>(Optional<Running> there) -> {
        Optional<Running> same =
            there
                .filter(it -> it.digest().equals(release.digest()))
                .filter(it -> it.taskId().equals(release.taskId()));
        yield same.isPresent()
            ? new Answer.Ok<>(same.get())
            : runtime.deploy(slot(name), release.on(front.freePort()));
      }
    };
  }

  /** Callers reach the release from now on. */
  private Answer<Running> turn(Route next, Running live) throws IOException, InterruptedException {
    return front.put(next).map(_ -> shown(live, next));
  }

  @Override
  public Answer<Optional<Running>> rollback(String digest)
      throws IOException, InterruptedException {
    if (route.isEmpty()) {
      // The first release may have been cut off before anybody was to reach it.
      return ended(Slot.NAMES).then(_ -> runtime.rollback(target, digest));
    }
    Route now = route.get();
    boolean isLive =
        now.live().digest().equals(digest) && now.withdrawn().filter(digest::equals).isEmpty();
    if (!isLive) {
      Answer<Boolean> alone =
          now.canary().isPresent() ? front.put(now.with(Optional.empty())) : new Answer.Ok<>(true);
      return alone.then(_ -> ended(unreached(now))).then(_ -> live(now));
    }
    return now.other().isPresent() ? goBack(now, now.other().get()) : leave();
  }

  /** Neither live nor kept to be gone back to: what was tried, or taken back. */
  private static List<String> unreached(Route now) {
    return now.idle().stream()
        .filter(name -> now.other().filter(it -> it.name().equals(name)).isEmpty())
        .toList();
  }

  private Answer<Optional<Running>> leave() throws IOException, InterruptedException {
    return front.remove(key).then(_ -> ended(Slot.NAMES)).map(_ -> Optional.empty());
  }

  /** The route's live release answers, and nothing else runs. */
  Answer<Optional<Running>> turnBack(Route turned) throws IOException, InterruptedException {
    return front.put(turned).then(_ -> ended(turned.idle())).then(_ -> live(turned));
  }

  /** What is warm only has to be turned to; what was retired is started first. */
  private Answer<Optional<Running>> goBack(Route now, Slot back)
      throws IOException, InterruptedException {
    if (now.isInPlace()) {
      return new FrontedRecreate(this).goBack(now, back);
    }
    Answer<Optional<Running>> warm = runtime.running(slot(back.name()));
    Answer<Running> up =
        warm.then(running ->
            running
                .<Answer<Running>>map(Answer.Ok::new)
                .orElseGet(() -> runtime.restart(slot(back.name()), back.taskId())));
    if (up instanceof Answer.No<Running> no) {
      return new Answer.No<>(no.failure());
    }
    if (up instanceof Answer.Ok<Running>(Running there) && !there.digest().equals(back.digest())) {
      return another(there.version(), back);
    }
    boolean cold = warm instanceof Answer.Ok<Optional<Running>>(var running) && running.isEmpty();
    if (cold && now.isOpen()) {
      // It lives, and may not listen yet; the one that is left answers meanwhile.
      FirstAnswer.await(URI.create(back.address()));
    }
    return turnBack(now.back(back));
  }

  Answer<Boolean> keepsWarm() {
    Optional<Route> open = route.filter(Route::isOpen);
    return open.flatMap(Route::fallback).isPresent()
        ? new Answer.Ok<>(true)
        : anyRuns(open.map(Route::idle).orElse(Slot.NAMES));
  }

  private Answer<Boolean> anyRuns(List<String> names) {
    Answer<Boolean> any = new Answer.Ok<>(false);
    for (String name : names) {
      any =
          any.then(
              before -> runtime.running(slot(name)).map(running -> before || running.isPresent()));
    }
    return any;
  }

  Answer<Boolean> retire() throws IOException, InterruptedException {
    if (route.isEmpty()) {
      return new Answer.Ok<>(false);
    }
    Route now = route.get();
    Answer<Boolean> alone =
        now.fallback().isEmpty() && now.canary().isEmpty()
            ? new Answer.Ok<>(true)
            : front.put(now.cooled());
    return alone.then(_ -> ended(now.idle()));
  }

  /** Ends what runs in these slots, and tells whether anything did. */
  Answer<Boolean> ended(List<String> names) {
    Answer<Boolean> any = new Answer.Ok<>(false);
    for (String name : names) {
      any = any.then(before -> runtime.stop(slot(name)).map(ran -> before || ran));
    }
    return any;
  }

  @Override
  public Answer<Boolean> stop() throws IOException, InterruptedException {
    if (route.isEmpty()) {
      return ended(Slot.NAMES).then(tried -> runtime.stop(target).map(ran -> tried || ran));
    }
    Route now = route.get();
    Answer<Boolean> closed =
        now.isOpen() ? front.put(now.cooled().open(false)) : new Answer.Ok<>(true);
    return closed.then(_ -> ended(Slot.NAMES));
  }

  @Override
  public Answer<Running> restart(String taskId) throws IOException, InterruptedException {
    if (route.isEmpty()) {
      return runtime.restart(target, taskId);
    }
    Route now = route.get();
    return switch (runtime.restart(slot(now.live().name()), taskId)) {
      case Answer.No<Running> no -> no;
      case Answer.Ok<Running>(Running again) -> turn(now.open(true).by(taskId), again);
    };
  }

  /** On another port than its own: there callers come in. */
  @Override
  public Answer<Boolean> standsBeside(Release release) throws IOException {
    return runtime.standsBeside(slot(Route.free(route)), release.on(front.freePort()));
  }

  @Override
  public Answer<List<String>> losses(Release release) {
    return runtime.losses(route.map(it -> slot(it.live().name())).orElse(target), release);
  }

  @Override
  public Answer<List<Difference>> drift() {
    return runtime.drift(route.map(it -> slot(it.live().name())).orElse(target));
  }

  @Override
  public Answer<Optional<Usage>> usage() {
    return runtime.usage(route.map(it -> slot(it.live().name())).orElse(target));
  }

  @Override
  public Answer<String> log() {
    if (route.isPresent()) {
      return new Answer.Ok<>(runtime.log(slot(route.get().live().name())));
    }
    String first = runtime.log(slot(Route.free(route)));
    return new Answer.Ok<>(first.isEmpty() ? runtime.log(target) : first);
  }

  private Answer<Optional<Running>> live(Route now) {
    return runtime
        .running(slot(now.live().name()))
        .map(running -> running.filter(_ -> now.isOpen()).map(it -> shown(it, now)));
  }

  static Running shown(Running live, Route now) {
    return new Running(
        live.version(),
        live.digest(),
        live.taskId(),
        live.identity(),
        Optional.of(now.address()),
        Optional.of(now.live().address()),
        now.other().map(Slot::version));
  }

  String slot(String name) {
    return target + "~" + name;
  }

  private static int port(Running candidate) {
    String address = candidate.address().orElseThrow();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  Answer<Optional<Running>> another(String there, Slot back) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.CONFLICT,
            "go back to the release before on " + target,
            "%s is in its place, and not %s".formatted(there, back.version()),
            "deploy the release that should run"));
  }

  private Answer<Running> notBehindFront() {
    return refused(
        ReasonCode.CONFLICT,
        "it was deployed by another strategy, and holds the port",
        "deploy it by recreate, as before, or stop it first");
  }

  Answer<Running> refused(ReasonCode code, String cause, String fix) {
    return new Answer.No<>(Failure.of(code, "deploy to " + target, cause, fix));
  }
}
