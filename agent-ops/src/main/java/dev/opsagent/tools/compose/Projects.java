package dev.opsagent.tools.compose;

import dev.opsagent.execution.Timers;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.compose.Compose.Project;
import dev.opsagent.tools.compose.Containers.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The Compose projects of one target: made ready, brought up, taken down. */
final class Projects {
  private static final Duration GLANCE = Duration.ofMillis(250);

  /** Time that is left to the caller, who cuts a deployment off that takes all of it. */
  private static final Duration MARGIN = Duration.ofSeconds(3);

  private static final Duration DOWN = Duration.ofMinutes(2);
  private static final List<String> USUAL_FILES =
      List.of("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml");

  private static final String READ_LOG = "read the service's log";
  private static final String PINNED = "ops-agent/";

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

  /** Does everything that can be done before the release that runs is touched. */
  Answer<Kept> prepare(Release release) throws IOException {
    Optional<String> foreign =
        release.environment().keySet().stream().filter(Projects::leads).findFirst();
    if (foreign.isPresent()) {
      return no(ReasonCode.INVALID_PARAMETERS, "its environment sets " + foreign.get(), "");
    }
    return switch (folder.keep(release.digest(), release.source())) {
      case Answer.No<Path> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Path> copy -> prepare(release, copy.value());
    };
  }

  /** Brings the release up in the place of whatever the project runs, and waits for its health. */
  Answer<Boolean> up(Kept kept) throws InterruptedException {
    String action = "bring version " + kept.version() + " of " + target + " up";
    Duration left = left(kept);
    Project project = project(kept, true);
    if (!compose.isPlugin()) {
      Answer<String> up =
          compose.project(
              action, project, left, "up", "--detach", "--no-build", "--remove-orphans");
      return switch (up) {
        case Answer.No<String> no -> new Answer.No<>(no.failure());
        case Answer.Ok<String> ignored ->
            awaitHealth(action, kept, begun + kept.timeout().toNanos());
      };
    }
    return compose
        .project(
            action,
            project,
            left.plus(MARGIN.dividedBy(2)),
            "up",
            "--detach",
            "--no-build",
            "--pull=never",
            "--remove-orphans",
            "--wait",
            "--wait-timeout=" + left.toSeconds())
        .map(said -> true);
  }

  /** Takes the release down; its volumes are kept. */
  Answer<Boolean> down(Kept kept) {
    String action = "take version " + kept.version() + " of " + target + " down";
    return compose
        .project(action, project(kept, true), DOWN, "down", "--remove-orphans")
        .map(said -> true);
  }

  /** Removes what was kept for releases that nobody goes back to. */
  void prune(String project, List<Kept> kept) throws IOException {
    Set<String> keys = kept.stream().map(ComposeFolder::key).collect(Collectors.toSet());
    folder.prune(kept);
    String action = "list the images of " + target;
    Answer<String> images =
        compose.docker(
            action, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", PINNED + project + "/*");
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
            project(kept, true),
            Duration.ofSeconds(30),
            "logs",
            "--no-color",
            "--tail=60")
        .map(text -> text.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?"));
  }

  private Answer<Kept> prepare(Release release, Path copy) throws IOException {
    Optional<String> file = file(release, copy);
    if (file.isEmpty()) {
      return no(
          ReasonCode.PRECONDITION_FAILED,
          "its folder holds no such compose file",
          "name the compose file in the task's deploy parameters");
    }
    String name = release.project().orElseGet(this::projectName);
    Kept first = Kept.of(release, name, file.get(), 0);
    Project project = project(first, false);
    return vacant(name)
        .then(vacant -> compose.config("read the compose file", project))
        .then(config -> allowed(config, copy))
        .then(config -> build(config, project, release.timeout()))
        .then(config -> pin(config, Kept.of(release, name, file.get(), services(config).size())));
  }

  private static Optional<String> file(Release release, Path copy) throws IOException {
    Path folder = copy.toRealPath();
    Stream<String> names = release.file().map(Stream::of).orElseGet(USUAL_FILES::stream);
    return names
        .filter(name -> folder.resolve(name).normalize().startsWith(folder))
        .filter(name -> Files.isRegularFile(folder.resolve(name), LinkOption.NOFOLLOW_LINKS))
        .findFirst();
  }

  /** Nobody else's containers bear the project's name. */
  private Answer<Boolean> vacant(String name) {
    return containers
        .ofProject(name)
        .then(found ->
            found.stream().map(Container::target).allMatch(target::equals)
                ? new Answer.Ok<>(true)
                : no(
                    ReasonCode.PRECONDITION_FAILED,
                    "a project of the name " + name + " runs already, and is not this target's",
                    "take that project down, or give this one another name"));
  }

  private Answer<JsonNode> allowed(JsonNode config, Path copy) {
    if (services(config).isEmpty()) {
      return no(ReasonCode.PRECONDITION_FAILED, "its compose file declares no service", "");
    }
    return new ComposePolicy(copy)
        .fault(config)
        .<Answer<JsonNode>>map(fault ->
            no(ReasonCode.PRECONDITION_FAILED, fault + ", which is not allowed", "remove it"))
        .orElseGet(() -> new Answer.Ok<>(config));
  }

  private Answer<JsonNode> build(JsonNode config, Project project, Duration timeout) {
    if (services(config).values().stream().allMatch(service -> service.path("build").isEmpty())) {
      return new Answer.Ok<>(config);
    }
    String action = "build the images of " + target;
    return compose.project(action, project, timeout, "build").map(said -> config);
  }

  /** Gives each image a name that nobody moves, and writes the release's own settings down. */
  private Answer<Kept> pin(JsonNode config, Kept kept) {
    Map<String, Object> overrides = new TreeMap<>();
    for (Map.Entry<String, JsonNode> service : services(config).entrySet()) {
      switch (pin(service.getKey(), service.getValue(), kept)) {
        case Answer.No<String> no -> {
          return new Answer.No<>(no.failure());
        }
        case Answer.Ok<String> image ->
            overrides.put(service.getKey(), Map.of("image", image.value(), "labels", labels(kept)));
      }
    }
    return written(kept, config, overrides);
  }

  private Answer<Kept> written(Kept kept, JsonNode config, Map<String, Object> overrides) {
    Map<String, Object> file = new TreeMap<>(Map.of("services", overrides));
    // The old program wants all files to be of one version.
    config.path("version").asStringOpt().ifPresent(version -> file.put("version", version));
    try {
      folder.write(folder.override(kept), Json.write(file));
    } catch (IOException e) {
      return no(ReasonCode.TOOL_FAILED, "its settings cannot be written: " + e.getMessage(), "");
    }
    return new Answer.Ok<>(kept);
  }

  private Answer<String> pin(String service, JsonNode definition, Kept kept) {
    String separator = compose.isPlugin() ? "-" : "_";
    String image = definition.path("image").asString(kept.project() + separator + service);
    String name = PINNED + kept.project() + "/" + service.toLowerCase(Locale.ROOT);
    String pinned = name + ":" + ComposeFolder.key(kept);
    String action = "find the image of service " + service;
    return switch (compose.docker(action, "image", "inspect", "--format", "{{.Id}}", "--", image)) {
      case Answer.No<String> ignored ->
          no(
              ReasonCode.PRECONDITION_FAILED,
              "its image " + image + " is not on this machine, and none is pulled",
              "pull or build the image first");
      case Answer.Ok<String> id ->
          compose
              .docker("name the image of service " + service, "tag", id.value().strip(), pinned)
              .map(said -> pinned);
    };
  }

  private Map<String, String> labels(Kept kept) {
    return Map.of(
        Containers.TARGET, target,
        Containers.VERSION, kept.version(),
        Containers.DIGEST, kept.digest(),
        Containers.TASK, kept.taskId(),
        Containers.SERVICES, Integer.toString(kept.services()),
        Containers.ADDRESS, kept.address().orElse(""));
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

  private Project project(Kept kept, boolean withOverride) {
    Path copy = folder.release(kept);
    Path file = copy.resolve(kept.file());
    List<Path> files = withOverride ? List.of(file, folder.override(kept)) : List.of(file);
    Path beside = Optional.ofNullable(file.getParent()).orElse(copy);
    return new Project(kept.project(), beside, files, environment(kept));
  }

  private static Map<String, String> environment(Kept kept) {
    Map<String, String> environment = new HashMap<>(kept.environment());
    kept.port().ifPresent(port -> environment.put("PORT", port.toString()));
    return environment;
  }

  /** Variables that would lead the programs elsewhere. */
  private static boolean leads(String name) {
    return Stream.of("DOCKER_", "COMPOSE_", "BUILDKIT_", "BUILDX_", "LD_")
            .anyMatch(name::startsWith)
        || List.of("PATH", "HOME", "TMPDIR").contains(name);
  }

  private static Map<String, JsonNode> services(JsonNode config) {
    return config.path("services").properties().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> b, TreeMap::new));
  }

  private String projectName() {
    String name = target.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return "ops-" + name + "-" + ComposeFolder.hex(target).substring(0, 6);
  }

  private <T> Answer<T> no(ReasonCode code, String cause, String fix) {
    return new Answer.No<>(Failure.of(code, "prepare the project of " + target, cause, fix));
  }
}
