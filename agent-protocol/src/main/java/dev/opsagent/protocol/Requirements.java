package dev.opsagent.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the task demands of its execution. Each is enforced or the task is refused; none is ignored.
 *
 * @param deadline the time by which the task must have ended
 * @param timeout the longest the task may take from its acceptance (ISO-8601 duration)
 * @param timeline when the task may begin
 * @param performance how fast and how well
 * @param scaling how much of it runs
 * @param compliance what must be known of what runs, and agreed to
 */
public record Requirements(
    Optional<Instant> deadline,
    Optional<Duration> timeout,
    Optional<Timeline> timeline,
    Optional<Performance> performance,
    Optional<Scaling> scaling,
    Optional<Compliance> compliance) {
  /** No requirement at all. */
  public static final Requirements NONE =
      new Requirements(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** Nothing but to have ended within that time of its acceptance. */
  public static Requirements within(Duration timeout) {
    return new Requirements(
        Optional.empty(),
        Optional.of(timeout),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  public Requirements {
    timeout.ifPresent(
        value -> Checks.range("requirements.timeout", value.toSeconds(), 1, 7 * 24 * 3600));
  }

  /** When the task is to begin and to end, with the bound in words, in the order of the fields. */
  public Map<Requirement, String> times() {
    Map<Requirement, String> times = new EnumMap<>(Requirement.class);
    deadline.ifPresent(it -> times.put(Requirement.DEADLINE, "by " + it));
    timeout.ifPresent(it -> times.put(Requirement.TIMEOUT, "within " + it));
    timeline.ifPresent(it -> it.into(times));
    return Collections.unmodifiableMap(times);
  }

  /** Whether the order, and what lets it in, must be signed. */
  public boolean signed() {
    return compliance.flatMap(Compliance::signed).isPresent();
  }

  /** What is demanded beside the times, with the bound in words, in the order of the fields. */
  public Map<Requirement, String> demanded() {
    Map<Requirement, String> demanded = new EnumMap<>(Requirement.class);
    performance.ifPresent(it -> it.into(demanded));
    scaling.ifPresent(it -> it.into(demanded));
    compliance.ifPresent(it -> it.into(demanded));
    return Collections.unmodifiableMap(demanded);
  }

  /**
   * When the task may begin.
   *
   * @param notBefore it waits until then; absent: for nothing
   * @param notAfter later it does not begin any more; absent: its deadline alone ends it
   */
  public record Timeline(Optional<Instant> notBefore, Optional<Instant> notAfter) {
    /** At any time. */
    public static final Timeline ANY = new Timeline(Optional.empty(), Optional.empty());

    public Timeline {
      if (notAfter.isPresent() && notBefore.filter(notAfter.get()::isBefore).isPresent()) {
        throw new InvalidMessage(
            "requirements.timeline.notAfter", "must not be earlier than notBefore");
      }
    }

    private void into(Map<Requirement, String> times) {
      notBefore.ifPresent(it -> times.put(Requirement.NOT_BEFORE, "not before " + it));
      notAfter.ifPresent(it -> times.put(Requirement.NOT_AFTER, "not after " + it));
    }
  }

  /**
   * How fast and how well.
   *
   * @param p95LatencyMillis within which 95 of 100 answers of the service must be there
   * @param errorRate the largest share of requests that may fail, 0 to 1
   * @param buildTime the longest that building may take
   * @param minimumSamples how many requests latency and errors are judged by at least; absent:
   *     {@link #SAMPLES}
   */
  public record Performance(
      Optional<Integer> p95LatencyMillis,
      Optional<Double> errorRate,
      Optional<Duration> buildTime,
      Optional<Integer> minimumSamples) {
    /** How many requests there are unless told. */
    public static final int SAMPLES = 100;

    public Performance {
      if (minimumSamples.isPresent() && p95LatencyMillis.isEmpty() && errorRate.isEmpty()) {
        throw new InvalidMessage(
            "requirements.performance.minimumSamples", "needs p95LatencyMillis or errorRate");
      }
      p95LatencyMillis.ifPresent(
          it -> Checks.range("requirements.performance.p95LatencyMillis", it, 1, 10_000));
      minimumSamples.ifPresent(
          it -> Checks.range("requirements.performance.minimumSamples", it, 20, 1000));
      buildTime.ifPresent(
          it -> Checks.range("requirements.performance.buildTime", it.toSeconds(), 1, 3600));
    }

    /** How many requests latency and errors are judged by. */
    public int samples() {
      return minimumSamples.orElse(SAMPLES);
    }

    private void into(Map<Requirement, String> demanded) {
      p95LatencyMillis.ifPresent(
          it -> demanded.put(Requirement.P95_LATENCY, "at most %d ms".formatted(it)));
      errorRate.ifPresent(
          it -> demanded.put(Requirement.ERROR_RATE, "at most %s of all requests".formatted(it)));
      buildTime.ifPresent(it -> demanded.put(Requirement.BUILD_TIME, "at most " + it));
    }
  }

  /**
   * How much of it runs.
   *
   * @param replicas 1 to 100
   * @param cpus processors of each replica
   * @param memory bytes of each replica
   * @param autoscaling how the number of replicas follows the load; absent: it does not
   */
  public record Scaling(
      Optional<Integer> replicas,
      Optional<Double> cpus,
      Optional<Long> memory,
      Optional<Autoscaling> autoscaling) {
    private void into(Map<Requirement, String> demanded) {
      replicas.ifPresent(it -> demanded.put(Requirement.REPLICAS, it.toString()));
      cpus.ifPresent(it -> demanded.put(Requirement.CPUS, it + " processors"));
      memory.ifPresent(it -> demanded.put(Requirement.MEMORY, it + " bytes"));
      autoscaling.ifPresent(it -> demanded.put(Requirement.AUTOSCALING, it.toString()));
    }
  }

  /**
   * How the number of replicas follows the load.
   *
   * @param min the least replicas
   * @param max the most replicas
   * @param targetCpuPercent of the processors that replicas ask for, what they are to use
   */
  public record Autoscaling(int min, int max, int targetCpuPercent) {
    public Autoscaling {
      if (max < min) {
        throw new InvalidMessage("requirements.scaling.autoscaling.max", "must be at least min");
      }
    }

    @Override
    public String toString() {
      return "%d to %d at %d %% of a processor share".formatted(min, max, targetCpuPercent);
    }
  }

  /**
   * What must be known of what runs, and agreed to.
   *
   * @param sbom whether a bill of materials must come with the artifact
   * @param provenance whether it must be told how the artifact was made
   * @param signed whether the order, every piece of evidence and every consent must be signed
   * @param approvals how many people must approve at least
   * @param evidenceRetention for how long evidence, reports and audit must be kept
   */
  public record Compliance(
      Optional<Boolean> sbom,
      Optional<Boolean> provenance,
      Optional<Boolean> signed,
      Optional<Integer> approvals,
      Optional<Duration> evidenceRetention) {
    private static final int DAY_SECONDS = 24 * 3600;
    private static final int MOST_DAYS = 3660;

    public Compliance {
      evidenceRetention.ifPresent(it ->
          Checks.range(
              "requirements.compliance.evidenceRetention",
              it.toSeconds(),
              DAY_SECONDS,
              (long) MOST_DAYS * DAY_SECONDS));
    }

    private void into(Map<Requirement, String> demanded) {
      sbom.ifPresent(_ -> demanded.put(Requirement.SBOM, "one comes with the artifact"));
      provenance.ifPresent(
          _ -> demanded.put(Requirement.PROVENANCE, "one comes with the artifact"));
      signed.ifPresent(_ -> demanded.put(Requirement.SIGNED, "the order, and what lets it in"));
      approvals.ifPresent(it -> demanded.put(Requirement.APPROVALS, "at least " + it));
      evidenceRetention.ifPresent(
          it -> demanded.put(Requirement.EVIDENCE_RETENTION, "at least " + it));
    }
  }
}
