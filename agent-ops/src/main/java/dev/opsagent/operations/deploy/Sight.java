package dev.opsagent.operations.deploy;

import dev.opsagent.operations.Health;
import dev.opsagent.operations.RemoteBranch;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What resolving found; written to and read from the facts.
 *
 * @param runtime the kind of runtime that is worked with
 * @param running what ran on the target
 * @param next what is to run afterwards; absent for a stop
 * @param reference the pinned image, or the registry's coordinates of the package
 * @param origin where the files are fetched from that are deployed
 * @param terms what holds for the change, by the task and its environment
 */
record Sight(
    String runtime,
    Optional<Before> running,
    Optional<Next> next,
    Optional<String> reference,
    Optional<Origin> origin,
    Terms terms) {
  private static final String RUNTIME = "service.runtime";
  private static final String REFERENCE = "release.reference";
  private static final String REPLICAS = "running.replicas";
  private static final String TERMS = "service.terms";

  /**
   * What ran on the target before.
   *
   * @param taskId the task that had brought it up
   * @param identity of its processes or containers
   * @param replicas how many of it there were to be
   */
  record Before(
      String version,
      String digest,
      String taskId,
      String identity,
      Optional<String> address,
      int replicas) {
    static Before of(Running running) {
      return of(running, running.wanted());
    }

    /** With so many of what is to be scaled. */
    static Before of(Running running, int replicas) {
      return new Before(
          running.version(),
          running.digest(),
          running.taskId(),
          running.identity(),
          running.address(),
          replicas);
    }

    /** Whether it is that release still, be it that the runtime has started it again. */
    boolean is(Running other) {
      return digest.equals(other.digest()) && taskId.equals(other.taskId());
    }
  }

  /** A commit of a repository, and the branch that it was found on. */
  record Origin(String url, String branch, String commit) {
    static Origin of(RemoteBranch found) {
      return new Origin(found.url(), found.branch(), found.head());
    }
  }

  /**
   * What is to run.
   *
   * @param digest of the image, or the integrity of the package; empty when only the runtime knows
   */
  record Next(String version, String digest) {}

  /**
   * What holds for a change, whatever becomes of the environment meanwhile.
   *
   * @param health how the service proves that it serves
   * @param recovery the time within which going back must have ended
   * @param cpus processors that it may use
   * @param memory bytes that it may use
   * @param prometheus where its metrics are asked for
   * @param strategy how it takes the place of the one before; absent: recreate
   * @param replicas how many of it there are to be, where that is said
   */
  record Terms(
      Health health,
      Duration recovery,
      Optional<Double> cpus,
      Optional<Long> memory,
      Optional<URI> prometheus,
      Optional<Strategy> strategy,
      Optional<Integer> replicas) {
    /** By what the task says, else by what its environment does. */
    static Terms of(Optional<Environment> environment, Health wanted) {
      return new Terms(
          environment.map(it -> wanted.orElse(Health.of(it.verification()))).orElse(wanted),
          environment.map(Environment::recovery).orElse(Environment.LONGEST_RECOVERY),
          Optional.empty(),
          Optional.empty(),
          environment.flatMap(Environment::prometheus),
          Optional.empty(),
          Optional.empty());
    }

    /** The same for going back, which does not wait for metrics. */
    Terms withoutMetrics() {
      return new Terms(
          health.withoutMetrics(), recovery, cpus, memory, Optional.empty(), strategy, replicas);
    }

    Terms limited(Optional<Double> processors, Optional<Long> bytes) {
      return new Terms(health, recovery, processors, bytes, prometheus, strategy, replicas);
    }

    Terms by(Strategy chosen) {
      return new Terms(
          health,
          recovery,
          cpus,
          memory,
          prometheus,
          Optional.of(chosen).filter(it -> it != Strategy.RECREATE),
          replicas);
    }

    Terms times(Optional<Integer> count) {
      return new Terms(health, recovery, cpus, memory, prometheus, strategy, count);
    }

    /** Whether it takes the place of the one before replica by replica. */
    boolean isRolling() {
      return strategy.filter(Strategy.ROLLING::equals).isPresent();
    }

    /** Whether the release is brought up beside the one before. */
    boolean isBeside() {
      return strategy.isPresent();
    }
  }

  Facts facts() {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put(RUNTIME, runtime);
    running.ifPresent(before -> {
      facts.put("running.version", before.version());
      facts.put("running.digest", before.digest());
      facts.put("running.task", before.taskId());
      facts.put("running.identity", before.identity());
      before.address().ifPresent(address -> facts.put("running.address", address));
      if (before.replicas() > 1) {
        facts.put(REPLICAS, String.valueOf(before.replicas()));
      }
    });
    next.ifPresent(release -> {
      facts.put("release.version", release.version());
      facts.put("release.digest", release.digest());
    });
    reference.ifPresent(pinned -> facts.put(REFERENCE, pinned));
    origin.ifPresent(from -> {
      facts.put("source.url", from.url());
      facts.put("source.branch", from.branch());
      facts.put("source.commit", from.commit());
    });
    facts.put(TERMS, new String(Json.write(terms), StandardCharsets.UTF_8));
    return new Facts(facts);
  }

  static Sight of(Facts facts) {
    return new Sight(
        facts.get(RUNTIME),
        facts
            .find("running.digest")
            .map(digest ->
                new Before(
                    facts.get("running.version"),
                    digest,
                    facts.get("running.task"),
                    facts.get("running.identity"),
                    facts.find("running.address"),
                    facts.find(REPLICAS).map(Integer::parseInt).orElse(1))),
        facts.find("release.digest").map(digest -> new Next(facts.get("release.version"), digest)),
        facts.find(REFERENCE),
        facts
            .find("source.commit")
            .map(commit -> new Origin(facts.get("source.url"), facts.get("source.branch"), commit)),
        Json.readAcrossReleases(facts.get(TERMS).getBytes(StandardCharsets.UTF_8), Terms.class));
  }

  /** What evidence must be about: what is to run, else what runs. */
  List<Subject> subjects(TaskDispatch task) {
    if (origin.isPresent()) {
      return List.of(Subject.commit(origin.get().url(), origin.get().commit()));
    }
    Optional<String> image =
        next.map(Next::digest)
            .or(() -> running.map(Before::digest))
            .filter(it -> it.startsWith("sha256:"));
    Optional<String> version = next.map(Next::version).or(() -> running.map(Before::version));
    return image
        .map(Subject::image)
        .or(() ->
            task.repository().flatMap(from -> version.map(it -> Subject.version(from.url(), it))))
        .stream()
        .toList();
  }

  /** Whether callers reach the release by and by; where nothing runs, there is nothing to share. */
  boolean isCanary() {
    return running.isPresent() && terms.strategy().filter(Strategy.CANARY::equals).isPresent();
  }

  boolean isOnCluster() {
    return runtime.equals(RuntimeKind.KUBERNETES.id());
  }

  Next wanted() {
    return next.orElseThrow(() -> new IllegalStateException("nothing is to run"));
  }
}
