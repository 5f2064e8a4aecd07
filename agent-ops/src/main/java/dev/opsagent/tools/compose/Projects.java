package dev.opsagent.tools.compose;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.compose.Compose.Project;
import dev.opsagent.tools.compose.Containers.Container;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The Compose projects of one target: brought up, taken down, cleared away. */
final class Projects {
  private static final Duration GLANCE = Duration.ofMillis(250);

  /** Time that is left to the caller, who cuts a deployment off that takes all of it. */
  private static final Duration MARGIN = Duration.ofSeconds(3);

  private static final Duration DOWN = Duration.ofMinutes(2);
  private static final String READ_LOG = "read the service's log";

  private final String target;
  private final ComposeFolder folder;
  private final Compose compose;
  private final Containers containers;
  private final Timers timers;
  private final long begun;

  /** Made for one question; its time counts from here. */
  Projects(String target, ComposeFolder folder, Compose compose, Timers timers) {
    this.target = target;
    this.folder = folder;
    this.compose = compose;
    this.containers = new Containers(compose);
    this.timers = timers;
    this.begun = timers.nanoTime();
  }

  /** Brings the release up in the place of whatever the project runs, and waits for its health. */
  Answer<Boolean> up(Kept kept) throws InterruptedException {
    String action = "bring version " + kept.version() + " of " + target + " up";
    return up(action, kept, "--remove-orphans");
  }

  /**
   * Has as many containers of the service as the release is to have, and waits for their health.
   */
  Answer<Boolean> scale(Kept kept, String service) throws InterruptedException {
    String action = "run %d of %s of %s".formatted(kept.replicas(service), service, target);
    return up(action, kept, "--no-deps", "--no-recreate", service);
  }

  private Answer<Boolean> up(String action, Kept kept, String... more) throws InterruptedException {
    Duration left = left(kept);
    Project project = folder.project(kept, true);
    Stream<String> usual = Stream.of("up", "--detach", "--no-build");
    if (!compose.isPlugin()) {
      String[] arguments = Stream.concat(usual, Stream.of(more)).toArray(String[]::new);
      return switch (compose.project(action, project, left, arguments)) {
        case Answer.No<String> no -> new Answer.No<>(no.failure());
        case Answer.Ok<String> ignored ->
            awaitHealth(action, kept, begun + kept.timeout().toNanos());
      };
    }
    Stream<String> wait = Stream.of("--pull=never", "--wait", "--wait-timeout=" + left.toSeconds());
    String[] arguments =
        Stream.of(usual, wait, Stream.of(more)).flatMap(it -> it).toArray(String[]::new);
    return compose
        .project(action, project, left.plus(MARGIN.dividedBy(2)), arguments)
        .map(said -> true);
  }

  /** Takes the release down; its volumes are kept. */
  Answer<Boolean> down(Kept kept) {
    String action = "take version " + kept.version() + " of " + target + " down";
    return compose
        .project(action, folder.project(kept, true), DOWN, "down", "--remove-orphans")
        .map(said -> true);
  }

  /** Ends the release's containers, those that need others first, and keeps them. */
  Answer<Boolean> stop(Kept kept) {
    String action = "stop version " + kept.version() + " of " + target;
    return compose.project(action, folder.project(kept, true), DOWN, "stop").map(said -> true);
  }

  /** Ends those of the containers that still run, in no order. */
  Answer<Boolean> stop(List<Container> containers) {
    Answer<Boolean> stopped = new Answer.Ok<>(true);
    for (Container left : containers.stream().filter(Container::holdsOn).toList()) {
      String action = "stop the container of " + left.service();
      stopped = stopped.then(ok -> compose.docker(action, "stop", left.id()).map(said -> true));
    }
    return stopped;
  }

  /** Removes what was kept for releases that nobody goes back to. */
  void prune(String project, List<Kept> kept) throws IOException {
    Set<String> keys = kept.stream().map(ComposeFolder::key).collect(Collectors.toSet());
    folder.prune(kept);
    String action = "list the images of " + target;
    Answer<String> images =
        compose.docker(
            action,
            "image",
            "ls",
            "--format",
            "{{.Repository}}:{{.Tag}}",
            Preparation.PINNED + project + "/*");
    if (images instanceof Answer.Ok<String> listed) {
      listed
          .value()
          .lines()
          .filter(image -> !keys.contains(image.substring(image.lastIndexOf(':') + 1)))
          .forEach(image -> compose.docker("remove the image " + image, "image", "rm", image));
    }
  }

  Answer<String> log(Kept kept) {
    return compose
        .project(
            "read the log of " + target,
            folder.project(kept, true),
            Duration.ofSeconds(30),
            "logs",
            "--no-color",
            "--tail=60")
        .map(text -> text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?"));
  }

  private Answer<Boolean> awaitHealth(String action, Kept kept, long end)
      throws InterruptedException {
    while (end - timers.nanoTime() > 0) {
      Answer<List<Container>> found = containers.of(target);
      if (found instanceof Answer.Ok<List<Container>> ok && isHealthy(ok.value(), kept)) {
        return new Answer.Ok<>(true);
      }
      Optional<Failure> failure = failure(action, found, kept);
      if (failure.isPresent()) {
        return new Answer.No<>(failure.get());
      }
      pause();
    }
    return new Answer.No<>(
        Failure.of(
            ReasonCode.TIMEOUT,
            action,
            "its containers were not healthy within " + kept.timeout().toSeconds() + " s",
            READ_LOG));
  }

  private static Optional<Failure> failure(
      String action, Answer<List<Container>> found, Kept kept) {
    return switch (found) {
      case Answer.No<List<Container>> no -> Optional.of(no.failure());
      case Answer.Ok<List<Container>> ok ->
          ok.value().stream()
              .filter(container -> kept.isOf(container.digest(), container.task()))
              .filter(Container::isBroken)
              .map(container -> "the container of " + container.service() + " is unhealthy")
              .map(cause -> Failure.of(ReasonCode.TOOL_FAILED, action, cause, READ_LOG))
              .findFirst();
    };
  }

  private static boolean isHealthy(List<Container> found, Kept kept) {
    return Containers.complete(found)
        .filter(release -> kept.isOf(release.getFirst().digest(), release.getFirst().task()))
        .filter(release -> release.stream().allMatch(Container::isHealthy))
        .isPresent();
  }

  private Duration left(Kept kept) {
    Duration spent = Duration.ofNanos(timers.nanoTime() - begun);
    Duration left = kept.timeout().minus(spent).minus(MARGIN);
    return left.compareTo(MARGIN) < 0 ? MARGIN : left;
  }

  private void pause() throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    timers.schedule(GLANCE, over::countDown);
    over.await();
  }
}
