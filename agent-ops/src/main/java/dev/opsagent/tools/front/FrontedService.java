package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerMeter.Reading;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.outside.TargetLife;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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

  /** How many there are to be of a release. */
  int wanted(Release release) {
    return release.replicas().or(() -> route.map(it -> it.live().replicas())).orElse(1);
  }

  /** The same with another route in force. */
  FrontedService at(Route now) {
    return new FrontedService(key, target, Optional.of(now), runtime, front);
  }

  Replicas replicas() {
    return new Replicas(target, runtime);
  }

  FrontedReplicas replicas(Trial trial, Function<Slot, Route> in) {
    return new FrontedReplicas(front, replicas(), trial, in);
  }

  FrontedReplicas again(Route now) {
    return replicas((candidate, _) -> FrontedReplicas.answers(candidate), now::live);
  }

  int most() {
    return route.flatMap(Route::most).orElse(1);
  }

  /** Callers reach the release from now on. */
  Answer<Running> turn(Route next) throws IOException, InterruptedException {
    return front.put(next).then(_ -> present(next));
  }

  Answer<Running> present(Route now) {
    return live(now).then(this::orEnded);
  }

  /** What should run since it was tried. */
  Answer<Running> orEnded(Optional<Running> there) {
    return there
        .<Answer<Running>>map(Answer.Ok::new)
        .orElseGet(() ->
            refused(
                ReasonCode.UNHEALTHY, "it has ended since it was tried", "see the service's log"));
  }

  Answer<Boolean> endedBeyond(Slot slot) {
    return replicas().endedBeyond(slot, most());
  }

  Answer<Boolean> keepsWarm() {
    Optional<Route> open = route.filter(Route::isOpen);
    return open.flatMap(Route::fallback).isPresent()
        ? new Answer.Ok<>(true)
        : replicas().anyRuns(open.map(Route::idle).orElse(Slot.NAMES), most());
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
    return replicas().ended(names, most());
  }

  @Override
  public Answer<Running> adopt(Release release) throws IOException, InterruptedException {
    return route.isPresent() ? deploy(release) : runtime.adopt(target, release);
  }

  @Override
  public Answer<List<String>> foreign(Release release) {
    return route.isPresent() ? new Answer.Ok<>(List.of()) : runtime.foreign(target, release);
  }

  @Override
  public Answer<Optional<Running>> rollback(String digest)
      throws IOException, InterruptedException {
    if (route.isPresent()) {
      return new FrontedReturn(this, route.get()).rollback(digest);
    }
    // The first release may have been cut off before anybody was to reach it.
    return ended(Slot.NAMES).then(_ -> runtime.rollback(target, digest));
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
      case Answer.Ok<Running> _ -> new FrontedScale(this).restarted(now, now.live().by(taskId));
    };
  }

  /** Of what is live; callers come in as before. */
  @Override
  public Answer<Running> scale(String service, int replicas) {
    if (route.isEmpty()) {
      return runtime.scale(target, service, replicas);
    }
    Route now = route.get();
    return now.isOpen()
        ? runtime.scale(slot(now.live().name()), service, replicas).then(_ -> present(now))
        : refused(ReasonCode.PRECONDITION_FAILED, "nothing runs there", "deploy it first");
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
    return route.map(it -> replicas().drift(it.live())).orElseGet(() -> runtime.drift(target));
  }

  @Override
  public Answer<Optional<Usage>> usage() {
    return runtime.usage(route.map(it -> slot(it.live().name())).orElse(target));
  }

  /** The same by service, where it is made of some. */
  Answer<List<Reading>> readings() {
    return runtime.readings(route.map(it -> slot(it.live().name())).orElse(target));
  }

  @Override
  public Answer<Optional<Allotment>> allotted() {
    return runtime.allotted(route.map(it -> slot(it.live().name())).orElse(target));
  }

  @Override
  public Answer<String> log() {
    if (route.isPresent()) {
      return new Answer.Ok<>(runtime.log(slot(route.get().live().name())));
    }
    String first = runtime.log(slot(Route.free(route)));
    return new Answer.Ok<>(first.isEmpty() ? runtime.log(target) : first);
  }

  Answer<Optional<Running>> live(Route now) {
    return replicas()
        .running(now.live())
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
        now.other().map(Slot::version),
        live.replicas(),
        live.services());
  }

  String slot(String name) {
    return replicas().place(name);
  }

  static int port(Running candidate) {
    String address = candidate.address().orElseThrow();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  Answer<Running> refused(ReasonCode code, String cause, String fix) {
    return new Answer.No<>(Failure.of(code, "deploy to " + target, cause, fix));
  }
}
