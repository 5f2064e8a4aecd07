package dev.opsagent.tools.compose;

import static java.util.Comparator.comparing;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Replicas;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.TargetLife;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.compose.Containers.Container;
import dev.opsagent.tools.compose.Volumes.Mount;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The life of one target: what is to be gone back to is written down before anything changes. */
final class Deployment implements TargetLife {
  private final String target;
  private final ComposeFolder folder;
  private final Containers containers;
  private final Preparation preparation;
  private final Projects projects;

  /**
   * @param prefix put before the names of projects
   */
  Deployment(
      String target,
      Optional<String> prefix,
      ComposeFolder folder,
      Compose compose,
      Timers timers) {
    this.target = target;
    this.folder = folder;
    this.containers = new Containers(compose);
    this.preparation = new Preparation(target, prefix, folder, compose);
    this.projects = new Projects(target, folder, compose, timers);
  }

  @Override
  public Answer<Optional<Running>> running() throws IOException {
    Optional<Kept.State> state = folder.read();
    return containers.of(target).map(Containers::complete).map(found -> shown(found, state));
  }

  @Override
  public Answer<Running> deploy(Release release) throws IOException, InterruptedException {
    return switch (running()) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>> ok -> deploy(release, ok.value());
    };
  }

  @Override
  public Answer<Optional<Running>> rollback(String digest)
      throws IOException, InterruptedException {
    Optional<Kept.State> known = folder.read();
    if (known.isEmpty()) {
      return running();
    }
    Kept.State state = known.get();
    if (state.withdrawn().filter(digest::equals).isPresent()) {
      return state.isUp() ? running() : undone(bringUp(state));
    }
    if (!state.current().digest().equals(digest)) {
      return running();
    }
    return state.history().isEmpty() ? remove(state) : goBack(state.withdrawing());
  }

  /**
   * Ends the release in the order of its services, then whatever else of the target still runs.
   * What is written down before is the release that can be brought up again; what runs is never
   * read from there, so nothing has to be written after.
   */
  @Override
  public Answer<Boolean> stop() throws IOException {
    return switch (containers.of(target)) {
      case Answer.No<List<Container>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<List<Container>> ok -> stop(ok.value());
    };
  }

  @Override
  public Answer<Running> restart(String taskId) throws IOException, InterruptedException {
    Optional<Kept.State> state = folder.read();
    return switch (running()) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>> _ when state.isEmpty() -> nothingKept();
      case Answer.Ok<Optional<Running>> ok -> restart(taskId, state.orElseThrow(), ok.value());
    };
  }

  @Override
  public Answer<Running> scale(String service, int count) throws IOException, InterruptedException {
    Scaling scaling = new Scaling(target, service, count);
    Answer<Boolean> scaled =
        switch (running()) {
          case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
          case Answer.Ok<Optional<Running>> ok ->
              scaling.scale(ok.value(), folder, preparation, projects);
        };
    return switch (scaled) {
      case Answer.No<Boolean> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Boolean> _ -> running().then(scaling::confirmed);
    };
  }

  @Override
  public Answer<Boolean> standsBeside(Release release) throws IOException {
    return preparation.standsBeside(release);
  }

  @Override
  public Answer<List<String>> losses(Release release) throws IOException {
    return switch (containers.mounts(target)) {
      case Answer.No<List<Mount>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<List<Mount>>(List<Mount> now) -> preparation.losses(release, now);
    };
  }

  /** Each service of a release that is up has its containers, which run or have ended well. */
  @Override
  public Answer<List<Difference>> drift() throws IOException {
    Optional<Kept> up = folder.read().filter(Kept.State::isUp).map(Kept.State::current);
    return up.isEmpty()
        ? new Answer.Ok<>(List.of())
        : containers
            .of(target)
            .map(found ->
                found.stream().filter(it -> up.get().isOf(it.digest(), it.task())).toList())
            .map(found -> differences(up.get(), found));
  }

  private List<Difference> differences(Kept kept, List<Container> found) {
    List<Difference> differences = new ArrayList<>();
    Map<String, List<Container>> services =
        found.stream()
            .collect(Collectors.groupingBy(Container::service, TreeMap::new, Collectors.toList()));
    if (services.size() < kept.services()) {
      differences.add(
          of("services", Integer.toString(kept.services()), Integer.toString(services.size())));
    }
    services.forEach((service, all) -> {
      int wanted = kept.replicas(service);
      if (all.size() != wanted) {
        String count = Integer.toString(all.size());
        differences.add(of("containers of " + service, Integer.toString(wanted), count));
      }
    });
    found.stream()
        .filter(it -> !it.isUp())
        .sorted(comparing(Container::service))
        .map(it ->
            new Difference("state of " + it.service(), "running", it.status(), containers.told(it)))
        .forEach(differences::add);
    return differences;
  }

  private static Difference of(String field, String wanted, String found) {
    return new Difference(field, wanted, found, Optional.empty());
  }

  /** The last lines of every service. */
  @Override
  public Answer<String> log() throws IOException {
    Optional<Kept.State> state = folder.read();
    return state.isEmpty() ? new Answer.Ok<>("") : projects.log(state.get().current());
  }

  private Answer<Boolean> stop(List<Container> found) throws IOException {
    List<Container> up = found.stream().filter(Container::holdsOn).toList();
    if (up.isEmpty()) {
      return new Answer.Ok<>(false);
    }
    Optional<Kept.State> state = folder.read();
    Optional<Kept> release =
        state.flatMap(it -> it.find(up.getFirst().digest(), up.getFirst().task()));
    if (release.isPresent()) {
      folder.write(state.orElseThrow().stopping(release.get()));
      if (projects.stop(release.get()) instanceof Answer.No<Boolean> no) {
        return no;
      }
    }
    return containers.of(target).then(left -> projects.stop(left)).map(none -> true);
  }

  private Answer<Running> restart(String taskId, Kept.State state, Optional<Running> running)
      throws IOException, InterruptedException {
    Optional<Running> done = running.filter(it -> it.taskId().equals(taskId));
    if (done.isPresent()) {
      return settled(done.get());
    }
    Kept again =
        running.flatMap(it -> state.find(it.digest(), it.taskId())).orElse(state.current());
    return switch (preparation.again(again, again.by(taskId))) {
      case Answer.No<Kept> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Kept> next -> begin(state.restarting(again, next.value()));
    };
  }

  private Answer<Running> deploy(Release release, Optional<Running> running)
      throws IOException, InterruptedException {
    Optional<Running> same =
        running.filter(
            it -> it.digest().equals(release.digest()) && it.taskId().equals(release.taskId()));
    if (same.isPresent()) {
      return settled(same.get());
    }
    return switch (preparation.prepare(release)) {
      case Answer.No<Kept> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Kept> kept -> begin(Kept.State.deploying(kept.value(), folder.read()));
    };
  }

  /** A deployment whose end nobody wrote down. */
  private Answer<Running> settled(Running running) throws IOException {
    Optional<Kept.State> state = folder.read().filter(it -> !it.isUp());
    if (state.isPresent()) {
      folder.write(state.get().up());
    }
    return new Answer.Ok<>(running);
  }

  private Answer<Running> begin(Kept.State state) throws IOException, InterruptedException {
    folder.write(state);
    return bringUp(state);
  }

  private Answer<Optional<Running>> goBack(Kept.State state)
      throws IOException, InterruptedException {
    return undone(begin(state));
  }

  private Answer<Optional<Running>> remove(Kept.State state) throws IOException {
    Answer<Boolean> down = projects.down(state.current());
    if (down instanceof Answer.Ok<Boolean>) {
      folder.forget();
      projects.prune(state.current().project(), List.of());
    }
    return down.map(ignored -> Optional.empty());
  }

  private Answer<Running> bringUp(Kept.State state) throws IOException, InterruptedException {
    Optional<Kept> elsewhere =
        state.leaving().filter(left -> !left.project().equals(state.current().project()));
    if (elsewhere.isPresent() && projects.down(elsewhere.get()) instanceof Answer.No<Boolean> no) {
      return new Answer.No<>(no.failure());
    }
    return switch (projects.up(state.current())) {
      case Answer.No<Boolean> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Boolean> ignored -> confirm(state);
    };
  }

  /** Compose said that it is up; the engine has the last word. */
  private Answer<Running> confirm(Kept.State state) throws IOException {
    return switch (running()) {
      case Answer.No<Optional<Running>> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Optional<Running>> ok -> confirm(state, ok.value());
    };
  }

  private Answer<Running> confirm(Kept.State state, Optional<Running> running) throws IOException {
    Kept current = state.current();
    Optional<Running> up = running.filter(it -> current.isOf(it.digest(), it.taskId()));
    if (up.isEmpty()) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.UNHEALTHY,
              "bring version " + current.version() + " of " + target + " up",
              "the engine does not run a container for each of its services",
              "read the service's log"));
    }
    folder.write(state.up());
    projects.prune(current.project(), state.releases().toList());
    return new Answer.Ok<>(up.get());
  }

  private <T> Answer<T> nothingKept() {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "restart " + target,
            "no release of it is kept in this worker's data folder",
            "deploy a release first"));
  }

  private Answer<Optional<Running>> undone(Answer<Running> restored) {
    return switch (restored) {
      case Answer.Ok<Running> ok -> new Answer.Ok<>(Optional.of(ok.value()));
      case Answer.No<Running> no ->
          new Answer.No<>(
              Failure.of(
                  ReasonCode.UNDO_FAILED,
                  "go back to the release before on " + target,
                  no.failure().sentence(),
                  "bring the release before up by hand"));
    };
  }

  private static Optional<Running> shown(
      Optional<List<Container>> found, Optional<Kept.State> state) {
    return found.map(release -> shown(release, state));
  }

  private static Running shown(List<Container> release, Optional<Kept.State> state) {
    Container one = release.getFirst();
    String ids = release.stream().map(Container::id).sorted().collect(Collectors.joining(","));
    return new Running(
        one.version(),
        one.digest(),
        one.task(),
        ids,
        Optional.of(one.address()).filter(address -> !address.isEmpty()),
        Optional.empty(),
        state.flatMap(it -> it.before(one.digest(), one.task())).map(Kept::version),
        Optional.empty(),
        counted(release, state.flatMap(it -> it.find(one.digest(), one.task()))));
  }

  /** What is not kept tells by itself how many there are to be. */
  private static Map<String, Replicas> counted(List<Container> release, Optional<Kept> kept) {
    Map<String, Replicas> counted = new HashMap<>();
    release.stream()
        .collect(Collectors.groupingBy(Container::service))
        .forEach((service, all) -> {
          int up = (int) all.stream().filter(Container::isUp).count();
          int wanted = kept.map(it -> it.replicas(service)).orElse(all.size());
          counted.put(service, new Replicas(up, wanted));
        });
    return counted;
  }
}
