package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.TargetLife;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.process.ServiceState.Entry;
import dev.opsagent.tools.process.ServiceState.Spec;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The life of one target: every change is written down before it happens and once it has happened,
 * and each method picks up what a crash between the two left behind.
 */
final class Service implements TargetLife {
  private final String target;
  private final ServiceFolder folder;
  private final ProcessTable processes;
  private final Launcher launcher;
  private final Preparation preparation;
  private final ServiceLog log;

  Service(
      String target,
      ServiceFolder folder,
      ProcessTable processes,
      Launcher launcher,
      Preparation preparation,
      ServiceLog log) {
    this.target = target;
    this.folder = folder;
    this.processes = processes;
    this.launcher = launcher;
    this.preparation = preparation;
    this.log = log;
  }

  @Override
  public Answer<Optional<Running>> running() throws IOException {
    Optional<ServiceState> state = folder.read();
    return live(state).map(live -> live.map(entry -> shown(entry, state.orElseThrow())));
  }

  @Override
  public Answer<Running> deploy(Release release) throws IOException, InterruptedException {
    Optional<ServiceState> state = folder.read();
    return switch (live(state)) {
      case Answer.No<Optional<Entry>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Entry>> ok -> deploy(release, state, ok.value());
    };
  }

  @Override
  public Answer<Running> duplicate(String of, int port, String taskId)
      throws IOException, InterruptedException {
    ServiceFolder other = folder.of(of);
    Optional<Spec> spec =
        other.read().map(it -> it.current().spec()).map(it -> it.on(port).by(taskId));
    Optional<ServiceState> state = folder.read();
    if (spec.isEmpty()) {
      return nothingKept(of);
    }
    return switch (live(state)) {
      case Answer.No<Optional<Entry>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Entry>>(Optional<Entry> live)
          when live.filter(it -> it.spec().isSameAs(spec.get())).isPresent() ->
          new Answer.Ok<>(settled(live.get(), state.orElseThrow()));
      case Answer.Ok<Optional<Entry>>(Optional<Entry> live) -> {
        preparation.copy(other, spec.get());
        yield replace(spec.get(), state, live);
      }
    };
  }

  @Override
  public Answer<Optional<Running>> rollback(String digest)
      throws IOException, InterruptedException {
    Optional<ServiceState> state = folder.read();
    return switch (live(state)) {
      case Answer.No<Optional<Entry>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Entry>> ok when state.isEmpty() -> ok.map(none -> Optional.empty());
      case Answer.Ok<Optional<Entry>> ok -> rollback(digest, state.orElseThrow(), ok.value());
    };
  }

  @Override
  public Answer<Boolean> stop() throws IOException, InterruptedException {
    Optional<ServiceState> state = folder.read();
    return switch (live(state)) {
      case Answer.No<Optional<Entry>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Entry>> ok when ok.value().isEmpty() -> new Answer.Ok<>(false);
      case Answer.Ok<Optional<Entry>> ok -> stop(state.orElseThrow(), ok.value().orElseThrow());
    };
  }

  @Override
  public Answer<Running> restart(String taskId) throws IOException, InterruptedException {
    Optional<ServiceState> state = folder.read();
    return switch (live(state)) {
      case Answer.No<Optional<Entry>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Entry>> _ when state.isEmpty() -> nothingKept(target);
      case Answer.Ok<Optional<Entry>> ok -> restart(taskId, state.orElseThrow(), ok.value());
    };
  }

  /** What was started and not stopped should live. */
  @Override
  public Answer<List<Difference>> drift() throws IOException {
    Optional<ServiceState> state = folder.read().filter(it -> it.current().process().isPresent());
    return switch (live(state)) {
      case Answer.No<Optional<Entry>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Entry>> ok ->
          new Answer.Ok<>(
              state.isPresent() && ok.value().isEmpty()
                  ? List.of(ended(state.get().current()))
                  : List.of());
    };
  }

  private Difference ended(Entry entry) throws IOException {
    boolean rebooted = entry.process().filter(processes::isOfAnotherBoot).isPresent();
    Optional<String> by =
        rebooted
            ? Optional.of("the machine has been started again since")
            : log.writtenAt().map(it -> "it wrote last at " + it);
    return new Difference("process", "running since task " + entry.spec().taskId(), "ended", by);
  }

  @Override
  public Answer<String> log() throws IOException {
    return new Answer.Ok<>(String.join("\n", log.tail()));
  }

  /** What lives, in doubt when a start may have happened and nobody can look. */
  private Answer<Optional<Entry>> live(Optional<ServiceState> known) throws IOException {
    if (known.isEmpty()) {
      return new Answer.Ok<>(Optional.empty());
    }
    ServiceState state = known.get();
    if (!state.isUnfinished()) {
      return new Answer.Ok<>(Optional.of(state.current()).filter(this::isAlive));
    }
    if (!processes.showsMarks()) {
      return inDoubt(state.current().spec());
    }
    Optional<Entry> twin =
        launcher.find(state.current().spec()).map(it -> Entry.running(state.current().spec(), it));
    return new Answer.Ok<>(twin.or(() -> state.leaving().filter(this::isAlive)));
  }

  private boolean isAlive(Entry entry) {
    return entry.process().filter(processes::isAlive).isPresent();
  }

  private Answer<Running> deploy(
      Release release, Optional<ServiceState> state, Optional<Entry> live)
      throws IOException, InterruptedException {
    Optional<Entry> same = live.filter(entry -> entry.spec().isOf(release));
    if (same.isPresent()) {
      return new Answer.Ok<>(settled(same.get(), state.orElseThrow()));
    }
    return switch (preparation.prepare(release)) {
      case Answer.No<Spec> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Spec> spec -> replace(spec.value(), state, live);
    };
  }

  private Answer<Running> replace(Spec next, Optional<ServiceState> state, Optional<Entry> live)
      throws IOException, InterruptedException {
    boolean ours = live.filter(entry -> entry.spec().port().equals(next.port())).isPresent();
    if (!ours && launcher.isPortTaken(next)) {
      return portTaken(next);
    }
    ServiceState deploying = ServiceState.deploying(next, state, live);
    folder.write(deploying);
    return carryOut(deploying);
  }

  private Answer<Optional<Running>> rollback(
      String digest, ServiceState state, Optional<Entry> live)
      throws IOException, InterruptedException {
    if (state.withdrawn().filter(digest::equals).isPresent()) {
      return state.current().process().isEmpty() ? finish(state, live) : shown(live, state);
    }
    if (!state.current().spec().digest().equals(digest)) {
      return shown(live, state);
    }
    Entry withdrawn =
        live.filter(entry -> entry.spec().isSameAs(state.current().spec())).orElse(state.current());
    return state.history().isEmpty() ? remove(withdrawn) : goBack(state, withdrawn, live);
  }

  /**
   * What is written down before tells which process is ended. Nothing has to be written after: a
   * release whose process is gone does not run, and can be started again.
   */
  private Answer<Boolean> stop(ServiceState state, Entry live)
      throws IOException, InterruptedException {
    folder.write(state.stopping(live));
    return launcher.end(live);
  }

  private Answer<Running> restart(String taskId, ServiceState state, Optional<Entry> live)
      throws IOException, InterruptedException {
    Optional<Entry> done = live.filter(entry -> entry.spec().taskId().equals(taskId));
    if (done.isPresent()) {
      return new Answer.Ok<>(settled(done.get(), state));
    }
    if (state.isUnfinished() && state.current().spec().taskId().equals(taskId)) {
      return carryOut(state);
    }
    ServiceState restarting = state.restarting(taskId, live);
    if (live.isEmpty() && launcher.isPortTaken(restarting.current().spec())) {
      return portTaken(restarting.current().spec());
    }
    folder.write(restarting);
    return carryOut(restarting);
  }

  /** Completes a rollback that a crash cut off. */
  private Answer<Optional<Running>> finish(ServiceState state, Optional<Entry> live)
      throws IOException, InterruptedException {
    Optional<Entry> back = live.filter(entry -> entry.spec().isSameAs(state.current().spec()));
    if (back.isPresent()) {
      return new Answer.Ok<>(Optional.of(settled(back.get(), state)));
    }
    return undone(carryOut(state));
  }

  private Answer<Optional<Running>> remove(Entry withdrawn)
      throws IOException, InterruptedException {
    Answer<Boolean> ended = launcher.end(withdrawn);
    if (ended instanceof Answer.Ok<Boolean>) {
      folder.forget();
    }
    return ended.map(ignored -> Optional.empty());
  }

  private Answer<Optional<Running>> goBack(
      ServiceState state, Entry withdrawn, Optional<Entry> live)
      throws IOException, InterruptedException {
    Spec previous = state.history().getFirst();
    ServiceState withdrawing = state.withdrawing(previous, withdrawn);
    Optional<Entry> still =
        live.filter(
            entry -> entry.spec().isSameAs(previous) && !previous.isSameAs(withdrawn.spec()));
    if (still.isPresent()) {
      // The deployment was cut off before it stopped the release that we go back to.
      return new Answer.Ok<>(Optional.of(settled(still.get(), withdrawing)));
    }
    folder.write(withdrawing);
    return undone(carryOut(withdrawing));
  }

  /** Ends what leaves, starts what comes, and writes down how that went. */
  private Answer<Running> carryOut(ServiceState state) throws IOException, InterruptedException {
    if (state.leaving().isPresent()
        && launcher.end(state.leaving().get()) instanceof Answer.No<Boolean> no) {
      return new Answer.No<>(no.failure());
    }
    return switch (launcher.start(state.current().spec())) {
      case Answer.Ok<ProcessIdentity> ok ->
          new Answer.Ok<>(settled(Entry.running(state.current().spec(), ok.value()), state));
      case Answer.No<ProcessIdentity> no -> {
        folder.write(state.started(state.current().failing()));
        yield new Answer.No<>(no.failure());
      }
    };
  }

  private Running settled(Entry entry, ServiceState state) throws IOException {
    ServiceState settled = state.started(entry);
    folder.write(settled);
    folder.prune(settled.releases().toList());
    return shown(entry, settled);
  }

  private static Answer<Optional<Running>> shown(Optional<Entry> live, ServiceState state) {
    return new Answer.Ok<>(live.map(entry -> shown(entry, state)));
  }

  private static Running shown(Entry entry, ServiceState state) {
    Spec spec = entry.spec();
    return new Running(
        spec.version(),
        spec.digest(),
        spec.taskId(),
        entry.process().map(ProcessIdentity::toString).orElse("unknown"),
        spec.address(),
        state.before(entry).map(Spec::version));
  }

  private Answer<Optional<Running>> undone(Answer<Running> restarted) {
    return switch (restarted) {
      case Answer.Ok<Running> ok -> new Answer.Ok<>(Optional.of(ok.value()));
      case Answer.No<Running> no ->
          new Answer.No<>(
              Failure.of(
                  ReasonCode.UNDO_FAILED,
                  "go back to the release before on " + target,
                  no.failure().sentence(),
                  "start the release before by hand"));
    };
  }

  private static <T> Answer<T> nothingKept(String target) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "restart " + target,
            "no release of it is kept on this machine",
            "deploy a release first"));
  }

  private <T> Answer<T> portTaken(Spec spec) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "start " + spec.version() + " of " + target,
            "another program listens on port " + spec.port().orElseThrow(),
            "end that program or give the service another port"));
  }

  private <T> Answer<T> inDoubt(Spec spec) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.EFFECT_IN_DOUBT,
            "look up what runs for " + target,
            "version "
                + spec.version()
                + " may or may not have been started, and this system"
                + " does not show the environment of its processes",
            "end the process if there is one, and remove "
                + folder.path().getFileName()
                + "/current.json"));
  }
}
