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
import java.util.function.Function;
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

  /** Replica by replica, where there is something to be replaced on the release's port. */
  Answer<Running> roll(Release release, Trial trial) throws IOException, InterruptedException {
    int port = release.port().orElseThrow();
    boolean first =
        route.filter(it -> it.isOpen() && it.port() == port).isEmpty()
            || alreadyLive(release).isPresent();
    return first
        ? replace(release, trial)
        : new FrontedRoll(this, wanted(release), trial).run(release);
  }

  private Answer<Running> arrive(Release release, Trial trial)
      throws IOException, InterruptedException {
    if (alreadyLive(release).isPresent()) {
      return whole(route.orElseThrow(), wanted(release), trial);
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
          arrive(slotOf(port, candidate), wanted(release), trial);
    };
  }

  /** All replicas are there before callers reach the first, unless nobody answers them now. */
  private Answer<Running> arrive(Slot slot, int wanted, Trial trial)
      throws IOException, InterruptedException {
    if (route.isEmpty() || wanted == 1) {
      Route first = arrived(slot);
      return front.put(first) instanceof Answer.No<Boolean> no
          ? new Answer.No<>(no.failure())
          : whole(first, wanted, trial);
    }
    Route now = route.get().vacated();
    return switch (replicas(trial, it -> now.with(Optional.of(new Canary(it, 0))))
        .filled(slot, wanted)) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot full) -> turn(arrived(full));
    };
  }

  /** Has so many replicas of the live release. */
  private Answer<Running> whole(Route now, int wanted, Trial trial)
      throws IOException, InterruptedException {
    return switch (replicas(trial, now::live).filled(now.live(), wanted)) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot full) -> present(now.live(full));
    };
  }

  Answer<Running> scale(int wanted, Trial trial) throws IOException, InterruptedException {
    Optional<Route> open = route.filter(Route::isOpen);
    if (open.isEmpty()) {
      return notScalable();
    }
    if (front.serve(key) instanceof Answer.No<Boolean> no) {
      return new Answer.No<>(no.failure());
    }
    Route now = open.get();
    FrontedReplicas replicas = replicas(trial, now::live);
    Answer<Slot> more = replicas.filled(now.live(), wanted);
    return switch (more) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot some) ->
          switch (replicas.reduced(some, wanted)) {
            case Answer.No<Slot> no -> new Answer.No<>(no.failure());
            case Answer.Ok<Slot>(Slot right) -> present(now.live(right));
          };
    };
  }

  private Answer<Running> notScalable() {
    return runtime
        .running(target)
        .then(bare ->
            bare.isPresent()
                ? refused(
                    ReasonCode.CONFLICT,
                    "it was deployed by recreate, and has its port for itself",
                    "deploy it rolling, blue-green or as a canary, and name the replicas there")
                : refused(ReasonCode.PRECONDITION_FAILED, "nothing runs there", "deploy it first"));
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

  private FrontedReplicas again(Route now) {
    return replicas((candidate, _) -> FrontedReplicas.answers(candidate), now::live);
  }

  private int most() {
    return route.flatMap(Route::most).orElse(1);
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
    return new Route(
        key,
        true,
        live,
        before,
        route.flatMap(Route::other),
        Optional.empty(),
        Optional.empty(),
        route.flatMap(Route::most));
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
  Answer<Running> turn(Route next) throws IOException, InterruptedException {
    return front.put(next).then(_ -> present(next));
  }

  private Answer<Running> present(Route now) {
    return live(now)
        .then(live ->
            live.<Answer<Running>>map(Answer.Ok::new)
                .orElseGet(() ->
                    refused(
                        ReasonCode.UNHEALTHY,
                        "it has ended since it was tried",
                        "see the service's log")));
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
      return alone.then(_ -> ended(unreached(now))) instanceof Answer.No<Boolean> no
          ? new Answer.No<>(no.failure())
          : refilled(now.with(Optional.empty()), now.live());
    }
    return now.other().isPresent() ? goBack(now, now.other().get()) : leave();
  }

  /** Neither live nor kept to be gone back to: what was tried, or taken back. */
  private static List<String> unreached(Route now) {
    return now.idle().stream()
        .filter(name -> now.other().filter(it -> it.name().equals(name)).isEmpty())
        .toList();
  }

  /** All that it had of replicas, once some of them have ended for another release. */
  private Answer<Optional<Running>> refilled(Route now, Slot live)
      throws IOException, InterruptedException {
    return now.isOpen() && again(now).filled(live, live.replicas()) instanceof Answer.No<Slot> no
        ? new Answer.No<>(no.failure())
        : live(now.live(live.asking(live.replicas())));
  }

  /** What would tell how many replicas there are goes last. */
  private Answer<Optional<Running>> leave() throws IOException, InterruptedException {
    if (most() == 1) {
      return front.remove(key).then(_ -> ended(Slot.NAMES)).map(_ -> Optional.empty());
    }
    Answer<Boolean> ended = front.put(route.orElseThrow().open(false)).then(_ -> ended(Slot.NAMES));
    return ended instanceof Answer.No<Boolean> no
        ? new Answer.No<>(no.failure())
        : front.remove(key).map(_ -> Optional.empty());
  }

  Answer<Boolean> endedBeyond(Slot slot) {
    return replicas().endedBeyond(slot, most());
  }

  /** Has all replicas of the live release, the first of which runs. */
  Answer<Running> whole(Slot live) throws IOException, InterruptedException {
    FirstAnswer.await(URI.create(live.address()));
    return switch (again(route.orElseThrow()).filled(live, live.replicas())) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot full) -> present(route.orElseThrow().live(full));
    };
  }

  /** The route's live release answers, and nothing else runs. */
  Answer<Optional<Running>> turnBack(Route turned) throws IOException, InterruptedException {
    Answer<Boolean> alone =
        front.put(turned).then(_ -> ended(turned.idle())).then(_ -> endedBeyond(turned.live()));
    return alone instanceof Answer.No<Boolean> no
        ? new Answer.No<>(no.failure())
        : refilled(turned, turned.live());
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
    return turnBack(now.back(cold ? back.asking(1) : back));
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
      case Answer.Ok<Running> _ -> restarted(now, now.live().by(taskId));
    };
  }

  /** The first replica runs again; the others follow, one after the other. */
  private Answer<Running> restarted(Route now, Slot live) throws IOException, InterruptedException {
    Route open = now.open(true);
    Slot first = now.isOpen() ? live : live.asking(1);
    if (front.put(open.live(first)) instanceof Answer.No<Boolean> no) {
      return new Answer.No<>(no.failure());
    }
    return switch (again(open).renewed(first)) {
      case Answer.No<Slot> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Slot>(Slot full) -> present(open.live(full));
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
    return route.map(it -> replicas().drift(it.live())).orElseGet(() -> runtime.drift(target));
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
        live.replicas());
  }

  String slot(String name) {
    return replicas().place(name);
  }

  static int port(Running candidate) {
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
