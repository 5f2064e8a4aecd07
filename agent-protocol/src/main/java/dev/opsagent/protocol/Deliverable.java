package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A typed part of a status report: what an operation produced or measured. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Deliverable.DeploymentStatus.class, name = "deployment-status"),
  @JsonSubTypes.Type(
      value = Deliverable.InfrastructureHealth.class,
      name = "infrastructure-health"),
  @JsonSubTypes.Type(value = Deliverable.PipelineStatus.class, name = "pipeline-status"),
  @JsonSubTypes.Type(value = Deliverable.PublicationStatus.class, name = "publication-status"),
  @JsonSubTypes.Type(value = Deliverable.ImageStatus.class, name = "image-status"),
  @JsonSubTypes.Type(value = Deliverable.PerformanceMetrics.class, name = "performance-metrics"),
  @JsonSubTypes.Type(value = Deliverable.DriftReport.class, name = "drift-report"),
  @JsonSubTypes.Type(value = Deliverable.ConfigurationChange.class, name = "configuration-change"),
  @JsonSubTypes.Type(
      value = Deliverable.ResourceRecommendation.class,
      name = "resource-recommendation"),
  @JsonSubTypes.Type(value = Deliverable.RequirementResult.class, name = "requirement-result")
})
public sealed interface Deliverable {
  /** What it tells of; a later one of its kind about the same replaces it. */
  default String about() {
    return "";
  }

  private static String part(String subject, Optional<String> service) {
    return service.map(name -> subject + " " + name).orElse(subject);
  }

  /**
   * What was deployed, and whether it answers.
   *
   * @param runtime {@code process}, {@code docker}, {@code compose} or {@code kubernetes}
   * @param version the version that runs
   * @param digest digest of the deployed artifact
   * @param address where it answers, if it has an address
   * @param verified whether its health was verified
   * @param service which service of the target, where the target is a stack of several
   * @param replaced the version that ran when the task was planned, of a service of a stack;
   *     absent: none did
   */
  record DeploymentStatus(
      String runtime,
      String version,
      String digest,
      Optional<String> address,
      boolean verified,
      Optional<String> service,
      Optional<String> replaced)
      implements Deliverable {
    /** Of a target that is one service. */
    public DeploymentStatus(
        String runtime, String version, String digest, Optional<String> address, boolean verified) {
      this(runtime, version, digest, address, verified, Optional.empty(), Optional.empty());
    }

    /** The same, told of a service of a stack. */
    public DeploymentStatus of(String service, Optional<String> replaced) {
      return new DeploymentStatus(
          runtime, version, digest, address, verified, Optional.of(service), replaced);
    }

    @Override
    public String about() {
      return service.orElse("");
    }
  }

  /**
   * What was published, and how it can be told apart from another release.
   *
   * @param registry {@code npm} or {@code pypi}
   * @param packageName the package's name
   * @param integrity the published bytes' integrity as the registry reports it, equal to what was
   *     packed
   * @param distTag the tag that installs it by default
   * @param commit the release commit
   * @param tag the git tag
   * @param withdrawn published, then deprecated and its tag moved back
   */
  record PublicationStatus(
      String registry,
      String packageName,
      String version,
      String integrity,
      String distTag,
      String commit,
      String tag,
      boolean withdrawn)
      implements Deliverable {}

  /**
   * A container image that was made.
   *
   * @param image its name and tag
   * @param reference what a deployment names it by, and nobody can move: {@code name@sha256:…} in a
   *     registry, or the image's id on the engine, {@code sha256:…}
   * @param commit what it was made of
   * @param size bytes of all its layers
   * @param pushed whether a registry has it
   */
  record ImageStatus(String image, String reference, String commit, long size, boolean pushed)
      implements Deliverable {
    public ImageStatus {
      Checks.range("size", size, 0, Long.MAX_VALUE);
    }
  }

  /** Health of one piece of infrastructure: {@code up}, {@code degraded} or {@code down}. */
  record InfrastructureHealth(String subject, Health health, String detail, Instant at)
      implements Deliverable {
    /** How it is. */
    public enum Health {
      UP,
      DEGRADED,
      DOWN,
      UNKNOWN
    }
  }

  /**
   * How a CI pipeline does.
   *
   * @param status as the CI system names it
   * @param durationSeconds of the last run
   */
  record PipelineStatus(String pipeline, String status, Optional<String> link, long durationSeconds)
      implements Deliverable {
    public PipelineStatus {
      Checks.range("durationSeconds", durationSeconds, 0, Long.MAX_VALUE);
    }
  }

  /**
   * Measured figures by name, in the unit that the name ends in.
   *
   * @param service which service of the subject, where that is made of several, as a Compose
   *     project is
   */
  record PerformanceMetrics(
      String subject, Optional<String> service, Map<String, Double> figures, Instant at)
      implements Deliverable {
    /** Of all of the subject. */
    public PerformanceMetrics(String subject, Map<String, Double> figures, Instant at) {
      this(subject, Optional.empty(), figures, at);
    }

    public PerformanceMetrics {
      figures = Map.copyOf(figures);
      if (!figures.values().stream().allMatch(Double::isFinite)) {
        throw new InvalidMessage("figures", "must be finite");
      }
    }

    @Override
    public String about() {
      return part(subject, service);
    }
  }

  /**
   * What of a service is otherwise than it was left.
   *
   * @param subject the target; of a service of a stack, what runtimes know it by
   * @param differences none: all is as it was left
   */
  record DriftReport(String subject, List<Difference> differences, Instant at)
      implements Deliverable {
    public DriftReport {
      differences = List.copyOf(differences);
    }

    @Override
    public String about() {
      return subject;
    }

    /**
     * One field.
     *
     * @param by who or what is known to have changed it
     */
    public record Difference(String field, String wanted, String found, Optional<String> by) {}
  }

  /**
   * How a file of settings was changed, and how its keys compare with the same file of other
   * environments.
   *
   * @param file relative to the repository's root
   * @param commit what the change was pushed as; absent: nothing was pushed
   * @param keys none: the file held what was wanted
   * @param parity one for each environment that has the file too
   */
  record ConfigurationChange(
      String file, Optional<String> commit, List<KeyChange> keys, List<Parity> parity)
      implements Deliverable {
    public ConfigurationChange {
      keys = List.copyOf(keys);
      parity = List.copyOf(parity);
    }

    /** The same, pushed. */
    public ConfigurationChange pushedAs(String commit) {
      return new ConfigurationChange(file, Optional.of(commit), keys, parity);
    }

    @Override
    public String about() {
      return file;
    }

    /**
     * One key that changed.
     *
     * @param before absent: there was none, or it looks like a secret
     * @param after absent: there is none now, or it looks like a secret
     */
    public record KeyChange(
        String key, Change change, Optional<String> before, Optional<String> after) {}

    /** What happened to a key. */
    public enum Change {
      ADDED,
      CHANGED,
      REMOVED
    }

    /**
     * The keys of another environment's file.
     *
     * @param missing keys that only the changed file has
     * @param extra keys that the changed file lacks
     * @param unknown why its keys cannot be told; absent: they can
     */
    public record Parity(
        String environment,
        String file,
        List<String> missing,
        List<String> extra,
        Optional<String> unknown) {
      public Parity {
        missing = List.copyOf(missing);
        extra = List.copyOf(extra);
      }

      /** Whether both files are known to have the same keys. */
      public boolean holds() {
        return missing.isEmpty() && extra.isEmpty() && unknown.isEmpty();
      }
    }
  }

  /**
   * What a service should be allowed to use instead of what it may use now.
   *
   * @param subject the target
   * @param service which service of the target, where that is made of several, as a Compose project
   *     is; what follows is told of each of its containers
   * @param limit what it may use: processors, or bytes
   * @param used what it used in 95 of 100 samples at most, in the same unit
   * @param recommended in the same unit
   * @param samples how many there were
   * @param costPerMonth of the limit, by the operator's prices
   * @param recommendedCostPerMonth of what is recommended, by the same
   * @param currency of both
   */
  record ResourceRecommendation(
      String subject,
      Optional<String> service,
      Resource resource,
      Finding finding,
      double limit,
      double used,
      double recommended,
      int samples,
      Optional<Double> costPerMonth,
      Optional<Double> recommendedCostPerMonth,
      Optional<String> currency,
      Instant at)
      implements Deliverable {
    public ResourceRecommendation {
      Checks.range("samples", samples, 1, Integer.MAX_VALUE);
    }

    @Override
    public String about() {
      return part(subject, service);
    }

    /** What is used. */
    public enum Resource {
      CPUS,
      MEMORY
    }

    /** What is wrong with the limit. */
    public enum Finding {
      /** Much less is used. */
      OVER_PROVISIONED,
      /** Nearly all of it is used. */
      STARVING
    }
  }

  /**
   * What became of one requirement of the task.
   *
   * @param wanted the bound, in words
   * @param measured what was found, in words
   * @param satisfied false: a person let it go on although it was not measured, or was too late
   * @param check what has measured it: a step of the plan, or a rule of the worker
   */
  record RequirementResult(
      Requirement requirement, String wanted, String measured, boolean satisfied, String check)
      implements Deliverable {
    @Override
    public String about() {
      return requirement.field();
    }
  }
}
