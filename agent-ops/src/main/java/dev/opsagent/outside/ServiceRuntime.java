package dev.opsagent.outside;

import dev.opsagent.outside.ContainerMeter.Reading;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Autoscaling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Where services run. What runs for a target is found again after any crash of the worker. */
public interface ServiceRuntime {
  /** The id of an {@link Environment.RuntimeKind}. */
  String kind();

  /** What runs for the target now; empty when nothing does. */
  Answer<Optional<Running>> running(String target);

  /**
   * Replaces what runs for the target by the release, which is kept so that it can be started
   * again. The release that ran before is remembered as {@link Running#previous()}.
   */
  Answer<Running> deploy(String target, Release release);

  /**
   * The same, and takes over what {@link #foreign} names; what that was is remembered, and brought
   * back by a {@link #rollback}.
   */
  default Answer<Running> adopt(String target, Release release) {
    return deploy(target, release);
  }

  /**
   * What stands already where the release would put its own, and this agent did not make for the
   * target: in words, with who manages it. Changes nothing.
   *
   * @return empty when there is no such thing
   */
  default Answer<List<String>> foreign(String target, Release release) {
    return new Answer.Ok<>(List.of());
  }

  /**
   * What deploying the release would change, in words, where the runtime can tell beforehand.
   * Changes nothing.
   *
   * @return a failure when it is known already that it would be refused
   */
  default Answer<List<String>> changes(String target, Release release) {
    return new Answer.Ok<>(List.of());
  }

  /** How a release can take the place of the one before here. */
  default Set<Strategy> strategies() {
    return Set.of(Strategy.RECREATE);
  }

  /**
   * Brings the release up beside what runs for the target, and lets callers reach it once it has
   * passed the trial ({@link Strategy#BLUE_GREEN}). The release before goes on running, and may
   * answer what the new one fails at, until {@link #retire}; {@link #rollback} then takes no time.
   */
  default Answer<Running> replace(String target, Release release, Trial trial) {
    return oneAtOnce("deploy " + release.version() + " beside what runs for " + target);
  }

  /**
   * Has the release take the place of the one before replica by replica ({@link Strategy#ROLLING}):
   * each is tried, gets its share of the callers, and one of the release before ends for it.
   */
  default Answer<Running> roll(String target, Release release, Trial trial) {
    return oneAtOnce("deploy " + release.version() + " replica by replica to " + target);
  }

  /** Whether more than one of a service can run here. */
  default boolean replicates() {
    return false;
  }

  /**
   * Has so many replicas of what runs for the target. Those that are added are tried before callers
   * reach them; those that go get no callers any more before they end. Harmless when there are so
   * many.
   *
   * @param replicas 1 or more
   * @return a failure when nothing runs
   */
  default Answer<Running> scale(String target, int replicas, Trial trial) {
    return oneOfEach("run %d replicas of %s".formatted(replicas, target));
  }

  /** Whether the number of replicas of a service can follow its load here. */
  default boolean autoscales() {
    return false;
  }

  /**
   * How the number of replicas of what runs follows its load, as it is enforced.
   *
   * @return empty when nothing runs, or the number does not follow the load
   */
  default Answer<Optional<Autoscaling>> autoscaling(String target) {
    return new Answer.Ok<>(Optional.empty());
  }

  /** Whether what runs here is made of services, each of which there can be more than one of. */
  default boolean isComposed() {
    return false;
  }

  /**
   * Has so many containers of one of the services that what runs for the target is made of, and
   * waits until those that are added are healthy; the others go on as they are. Harmless when there
   * are so many.
   *
   * @param service one of {@link Running#services()}
   * @param replicas 1 or more
   * @return a failure when nothing runs, or something of the service can be there only once
   */
  default Answer<Running> scale(String target, String service, int replicas) {
    return oneOfEach("run %d of %s on %s".formatted(replicas, service, target));
  }

  /**
   * Runs the release that a target has for another target too, on another port; what was there is
   * replaced.
   *
   * @param taskId the task that runs it there
   */
  default Answer<Running> duplicate(String target, String other, int port, String taskId) {
    return oneOfEach("run what " + target + " has once more");
  }

  /** The answer of a runtime in which nothing can run more than once. */
  static <T> Answer<T> oneOfEach(String action) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.INVALID_PARAMETERS,
            action,
            "the runtime runs one of each service",
            "say how many there are in the files that are deployed"));
  }

  /** Whether the release before, or one that was tried, runs still beside the live one. */
  default Answer<Boolean> keepsWarm(String target) {
    return new Answer.Ok<>(false);
  }

  /**
   * Ends what was kept running of the release before, and keeps it to be gone back to. Harmless
   * when nothing was.
   *
   * @return whether something ran
   */
  default Answer<Boolean> retire(String target) {
    return new Answer.Ok<>(false);
  }

  /**
   * Brings the release up beside what runs for the target, and has it pass the trial ({@link
   * Strategy#CANARY}). Nobody reaches it before {@link #share}, and what {@link #running} tells
   * stays as it was. Harmless when it was introduced before.
   */
  default Answer<Running> introduce(String target, Release release, Trial trial) {
    return oneAtOnce("introduce " + release.version() + " to " + target);
  }

  /**
   * Lets so many of a hundred callers reach the release that was introduced, and the others what
   * ran before. With 100 it is what runs, and the release before goes on as after {@link #replace}.
   *
   * @param percent 0 to 100
   */
  default Answer<Boolean> share(String target, String digest, int percent) {
    return oneAtOnce("let callers of " + target + " reach another release");
  }

  /** How many of a hundred callers reach the release; empty when it is not there. */
  default Answer<Optional<Integer>> shared(String target, String digest) {
    return new Answer.Ok<>(Optional.empty());
  }

  /** What was introduced and is not yet what runs; empty when nothing is. */
  default Answer<Optional<Running>> introduced(String target) {
    return new Answer.Ok<>(Optional.empty());
  }

  /** The last lines of the output of what was introduced. */
  default String logOfIntroduced(String target) {
    return "";
  }

  private <T> Answer<T> oneAtOnce(String action) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.INVALID_PARAMETERS,
            action,
            "the runtime " + kind() + " runs no two releases of a target at once",
            "deploy it by recreate"));
  }

  /**
   * Whether the release can run while another one of the target does. Changes nothing.
   *
   * @return a failure that says what the two would fight over
   */
  default Answer<Boolean> standsBeside(String target, Release release) {
    return new Answer.Ok<>(true);
  }

  /**
   * The data that deploying this release would lose, part its service from, or change by a
   * migration that its files mark, in words: what holds it and whose it is. Changes nothing.
   *
   * @return empty when all of it is kept
   */
  default Answer<List<String>> losses(String target, Release release) {
    return new Answer.Ok<>(List.of());
  }

  /** What a release must pass before callers reach it. */
  interface Trial {
    /**
     * Tries it; waits for as long as it may take to be ready.
     *
     * @param candidate where it answers while nobody else asks it
     * @param log the last lines of its output
     */
    Answer<Boolean> passes(Running candidate, Supplier<String> log) throws InterruptedException;
  }

  /**
   * Takes the release back: starts the one before again, or stops everything when there was none.
   * Harmless when the release does not run.
   */
  Answer<Optional<Running>> rollback(String target, String digest);

  /**
   * Ends what runs for the target, and keeps the release, so that {@link #restart} or a rollback
   * can start it again. Harmless when nothing runs.
   *
   * @return whether something ran
   */
  Answer<Boolean> stop(String target);

  /**
   * Ends what runs for the target and starts the same release again; of a target that was stopped,
   * the release that ran last. It then runs under another {@link Running#identity()}.
   *
   * @param taskId the task that restarts it, which is its task from now on
   */
  Answer<Running> restart(String target, String taskId);

  /**
   * What is otherwise than this agent left it. Changes nothing.
   *
   * @return empty when all is as it was, or nothing of the target is known here
   */
  default Answer<List<Difference>> drift(String target) {
    return new Answer.Ok<>(List.of());
  }

  /**
   * Something that somebody or something has changed.
   *
   * @param field what it is of the service, in the runtime's words
   * @param by who or what is known to have changed it
   */
  record Difference(String field, String wanted, String found, Optional<String> by) {}

  /** What the service has used by now; empty when nothing runs or nobody counts. */
  default Answer<Optional<Usage>> usage(String target) {
    return new Answer.Ok<>(Optional.empty());
  }

  /**
   * What each container uses that the services are made of; empty when what runs is not made of
   * services, nothing runs, or nobody counts.
   */
  default Answer<List<Reading>> readings(String target) {
    return new Answer.Ok<>(List.of());
  }

  /**
   * What is used.
   *
   * @param cpu processor time since the start
   * @param memory bytes now, less what the kernel can take back at once
   */
  record Usage(Duration cpu, long memory) {}

  /** What each replica of the service may use; empty when nothing runs or nobody limits it. */
  default Answer<Optional<Allotment>> allotted(String target) {
    return new Answer.Ok<>(Optional.empty());
  }

  /**
   * What a replica may use, as it is enforced.
   *
   * @param cpus processors; absent: no limit
   * @param memory bytes; absent: no limit
   */
  record Allotment(Optional<Double> cpus, Optional<Long> memory) {}

  /** The last lines of the service's output, for the report of a failure. */
  String log(String target);

  /**
   * @param digest identifies the release: integrity of the package, or of the compose file and
   *     source
   * @param source the package's tarball, or the folder of the compose file
   * @param image what a container runs; absent for other runtimes
   * @param command argument list for a process; empty: the package's {@code start} script, or what
   *     the image says
   * @param file the compose file, relative to the source
   * @param environment plain settings, never secrets
   * @param replicas how many of it run at once, where the runtime runs more than one; absent: as
   *     many as run of the release before, else one
   * @param autoscaling how their number follows the load, where the runtime {@link
   *     ServiceRuntime#autoscales}; absent, with no replicas said: as it does for the release
   *     before
   * @param taskId the task that deploys it: the fence that a later probe compares
   */
  record Release(
      String version,
      String digest,
      String taskId,
      Path source,
      Optional<Image> image,
      List<String> command,
      Optional<Integer> port,
      Optional<String> file,
      Optional<String> project,
      Map<String, String> environment,
      Optional<Integer> replicas,
      Optional<Autoscaling> autoscaling,
      Duration timeout) {
    public Release {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }

    /** Of which there are as many as before. */
    public Release(
        String version,
        String digest,
        String taskId,
        Path source,
        Optional<Image> image,
        List<String> command,
        Optional<Integer> port,
        Optional<String> file,
        Optional<String> project,
        Map<String, String> environment,
        Duration timeout) {
      this(
          version,
          digest,
          taskId,
          source,
          image,
          command,
          port,
          file,
          project,
          environment,
          Optional.empty(),
          Optional.empty(),
          timeout);
    }

    /** The same with so many replicas. */
    public Release times(int count) {
      return with(port, Optional.of(count), autoscaling);
    }

    /** The same, whose number of replicas follows the load like that. */
    public Release following(Autoscaling load) {
      return with(port, replicas, Optional.of(load));
    }

    /** The same on another port. */
    public Release on(int other) {
      return with(Optional.of(other), replicas, autoscaling);
    }

    private Release with(
        Optional<Integer> at, Optional<Integer> count, Optional<Autoscaling> load) {
      return new Release(
          version,
          digest,
          taskId,
          source,
          image,
          command,
          at,
          file,
          project,
          environment,
          count,
          load,
          timeout);
    }
  }

  /**
   * An image and what its container may use.
   *
   * @param reference pinned: {@code name@sha256:…}
   * @param cpus processors; absent: no limit
   * @param memory in bytes; absent: no limit
   */
  record Image(String reference, Optional<Double> cpus, Optional<Long> memory) {}

  /**
   * @param identity pid and start time, or the containers and when they started: another one after
   *     each start
   * @param address where callers come in
   * @param direct where the release itself answers, when something stands between it and its
   *     callers; absent: at the address
   * @param previous version that ran before and can be started again
   * @param replicas how many of it there are; absent: it is one
   * @param services how many there are of each of the services that it is made of; empty: it is one
   */
  record Running(
      String version,
      String digest,
      String taskId,
      String identity,
      Optional<String> address,
      Optional<String> direct,
      Optional<String> previous,
      Optional<Replicas> replicas,
      Map<String, Replicas> services) {
    public Running {
      services = Map.copyOf(services);
    }

    /** Not made of services. */
    public Running(
        String version,
        String digest,
        String taskId,
        String identity,
        Optional<String> address,
        Optional<String> direct,
        Optional<String> previous,
        Optional<Replicas> replicas) {
      this(version, digest, taskId, identity, address, direct, previous, replicas, Map.of());
    }

    /** One of it. */
    public Running(
        String version,
        String digest,
        String taskId,
        String identity,
        Optional<String> address,
        Optional<String> direct,
        Optional<String> previous) {
      this(version, digest, taskId, identity, address, direct, previous, Optional.empty());
    }

    /** With nothing between the release and its callers. */
    public Running(
        String version,
        String digest,
        String taskId,
        String identity,
        Optional<String> address,
        Optional<String> previous) {
      this(version, digest, taskId, identity, address, Optional.empty(), previous);
    }

    /** How many there are to be. */
    public int wanted() {
      return replicas.map(Replicas::wanted).orElse(1);
    }

    /** Whether all of it runs. */
    public boolean isWhole() {
      return Stream.concat(replicas.stream(), services.values().stream())
          .allMatch(it -> it.running() >= it.wanted());
    }
  }

  /**
   * How many there are of a release.
   *
   * @param running at least 1; of a service that others are made of, 0 or more
   * @param wanted how many there are to be
   */
  record Replicas(int running, int wanted) {}
}
