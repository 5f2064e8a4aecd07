package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.outside.TargetLife;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Autoscaling;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The life of one target, which runs by an image or by manifests, and never by both. */
record TargetOnCluster(
    String target, Workload image, BundleLife manifests, Cluster cluster, PodMeter meter)
    implements TargetLife {
  /** A question to whichever it runs by. */
  private interface Question<T> {
    Answer<T> to(TargetLife life) throws IOException, InterruptedException;
  }

  private <T> Answer<T> ask(Question<T> question) throws IOException, InterruptedException {
    return switch (manifests.isKept()) {
      case Answer.Ok<Boolean>(Boolean kept) -> question.to(kept ? manifests : image);
      case Answer.No<Boolean> no -> new Answer.No<>(no.failure());
    };
  }

  /** A question to what the release is made of, unless the target runs by the other. */
  private <T> Answer<T> ask(Release release, Question<T> question)
      throws IOException, InterruptedException {
    boolean isImage = release.image().isPresent();
    Answer<Boolean> other = isImage ? manifests.isKept() : image.isKept();
    return switch (other) {
      case Answer.Ok<Boolean>(Boolean kept) ->
          kept ? runsByTheOther(release, isImage) : question.to(isImage ? image : manifests);
      case Answer.No<Boolean> no -> new Answer.No<>(no.failure());
    };
  }

  private <T> Answer<T> runsByTheOther(Release release, boolean isImage) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.CONFLICT,
            "deploy %s to %s".formatted(release.version(), target),
            isImage ? "it was deployed from manifests" : "it was deployed from an image",
            "deploy it as before, or to a service of another name"));
  }

  @Override
  public Answer<Optional<Running>> running() throws IOException, InterruptedException {
    return ask(TargetLife::running);
  }

  @Override
  public Answer<Running> deploy(Release release) throws IOException, InterruptedException {
    return ask(release, life -> life.deploy(release));
  }

  /** Manifests say themselves how they take the place of those before. */
  Answer<Running> roll(Release release) throws IOException, InterruptedException {
    return ask(release, life -> life == image ? image.roll(release) : life.deploy(release));
  }

  Answer<Running> scale(int replicas) throws IOException, InterruptedException {
    return ask(life -> life == image ? image.scale(replicas) : saidByManifests(replicas));
  }

  /** That of manifests is their own, and not held to what a task demands. */
  Answer<Optional<Autoscaling>> autoscaling() throws IOException, InterruptedException {
    return ask(life -> life == image ? image.autoscaling() : new Answer.Ok<>(Optional.empty()));
  }

  private Answer<Running> saidByManifests(int replicas) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "run %d replicas of %s".formatted(replicas, target),
            "it was deployed from manifests, which say how many there are",
            "change them in the repository, and deploy that commit"));
  }

  @Override
  public Answer<Running> adopt(Release release) throws IOException, InterruptedException {
    return ask(release, life -> life.adopt(release));
  }

  @Override
  public Answer<List<String>> foreign(Release release) throws IOException, InterruptedException {
    return ask(release, life -> life.foreign(release));
  }

  @Override
  public Answer<List<String>> changes(Release release) throws IOException, InterruptedException {
    return ask(release, life -> life.changes(release));
  }

  @Override
  public Answer<List<String>> losses(Release release) throws IOException, InterruptedException {
    return ask(release, life -> life.losses(release));
  }

  @Override
  public Answer<Optional<Running>> rollback(String digest)
      throws IOException, InterruptedException {
    return ask(life -> life.rollback(digest));
  }

  @Override
  public Answer<Boolean> stop() throws IOException, InterruptedException {
    return ask(TargetLife::stop);
  }

  @Override
  public Answer<Running> restart(String taskId) throws IOException, InterruptedException {
    return ask(life -> life.restart(taskId));
  }

  @Override
  public Answer<List<Difference>> drift() throws IOException, InterruptedException {
    return ask(TargetLife::drift);
  }

  @Override
  public Answer<Optional<Usage>> usage() throws IOException, InterruptedException {
    return ask(life -> cluster.uses(life == image ? image.labels() : manifests.labels()))
        .map(pods -> meter.usage(target, pods));
  }

  @Override
  public Answer<Optional<Allotment>> allotted() throws IOException, InterruptedException {
    return ask(TargetLife::allotted);
  }

  @Override
  public Answer<String> log() throws IOException, InterruptedException {
    return ask(TargetLife::log);
  }
}
