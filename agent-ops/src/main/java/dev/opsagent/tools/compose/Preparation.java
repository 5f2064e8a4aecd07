package dev.opsagent.tools.compose;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.DurableFile;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.compose.Compose.Project;
import dev.opsagent.tools.compose.Containers.Container;
import dev.opsagent.tools.compose.Volumes.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Brings a release to where it can be brought up, while the one before still runs. */
final class Preparation {
  /** What the names begin with under which images are kept. */
  static final String PINNED = "ops-agent/";

  private static final List<String> USUAL_FILES =
      List.of("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml");

  private final String target;
  private final Optional<String> prefix;
  private final ComposeFolder folder;
  private final Compose compose;

  Preparation(String target, Optional<String> prefix, ComposeFolder folder, Compose compose) {
    this.target = target;
    this.prefix = prefix;
    this.folder = folder;
    this.compose = compose;
  }

  /** Copies, checks and builds it, and gives its images names that nobody moves. */
  Answer<Kept> prepare(Release release) throws IOException {
    return switch (copied(release)) {
      case Answer.No<Kept> no -> no;
      case Answer.Ok<Kept>(Kept first) -> prepare(first, release.timeout());
    };
  }

  /**
   * What its services would miss of the data of those that run, and what they change of any; copies
   * it, and changes nothing that runs.
   */
  Answer<List<String>> losses(Release release, List<Mount> now) throws IOException {
    return copied(release)
        .then(kept ->
            config(kept)
                .map(config ->
                    Stream.of(
                            new Volumes(config, kept.project()).losses(now),
                            new Migrations(config).words())
                        .flatMap(List::stream)
                        .toList()));
  }

  /** Whether it shares nothing with a release of another project that runs at the same time. */
  Answer<Boolean> standsBeside(Release release) throws IOException {
    return copied(release)
        .then(kept -> config(kept).map(it -> new Separation(it, kept.project(), kept.port())))
        .then(separation ->
            separation
                .fault()
                .<Answer<Boolean>>map(fault ->
                    no(
                        ReasonCode.PRECONDITION_FAILED,
                        fault,
                        "publish ${PORT} and name nothing in the compose file, or deploy it by"
                            + " recreate"))
                .orElseGet(() -> new Answer.Ok<>(true)));
  }

  private Answer<JsonNode> config(Kept kept) {
    return compose.config("read the compose file", folder.project(kept, false));
  }

  private Answer<Kept> copied(Release release) throws IOException {
    Optional<String> foreign =
        release.environment().keySet().stream().filter(Preparation::leads).findFirst();
    if (foreign.isPresent()) {
      return no(ReasonCode.INVALID_PARAMETERS, "its environment sets " + foreign.get(), "");
    }
    return switch (folder.keep(release.digest(), release.source())) {
      case Answer.No<Path> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Path>(Path copy) -> kept(release, file(release, copy));
    };
  }

  private Answer<Kept> kept(Release release, Optional<String> file) {
    return file.<Answer<Kept>>map(name ->
            new Answer.Ok<>(Kept.of(release, release.project().orElseGet(this::projectName), name)))
        .orElseGet(() ->
            no(
                ReasonCode.PRECONDITION_FAILED,
                "its folder holds no such compose file",
                "name the compose file in the task's deploy parameters"));
  }

  /**
   * Gives the images of a prepared release the names of another task, so that its containers are
   * made anew from the same images.
   */
  Answer<Kept> again(Kept kept, Kept next) {
    return compose
        .config("read the compose file", folder.project(kept, true))
        .then(config -> pin(config, next.knowing(new Counts(config).all())));
  }

  /** The release with so many containers of a service, if there can be. Changes nothing. */
  Answer<Kept> scaled(Kept kept, String service, int count) {
    return compose
        .config("read the compose file", folder.project(kept, true))
        .then(config -> scalable(config, service, count))
        .map(config -> kept.knowing(new Counts(config).all()).scaled(service, count));
  }

  private Answer<JsonNode> scalable(JsonNode config, String service, int count) {
    if (!config.path("services").has(service)) {
      return no(
          ReasonCode.INVALID_PARAMETERS, "its compose file declares no service " + service, "");
    }
    return new Migrations(config)
        .onlyOnce(service)
        .or(() -> new Counts(config).onlyOnce(service))
        .filter(_ -> count > 1)
        .<Answer<JsonNode>>map(fault ->
            no(
                ReasonCode.PRECONDITION_FAILED,
                fault + ", which there is only once",
                "remove the key from the compose file, and deploy that"))
        .orElseGet(() -> new Answer.Ok<>(config));
  }

  private Answer<Kept> prepare(Kept first, Duration timeout) {
    Project project = folder.project(first, false);
    return vacant(first.project())
        .then(vacant -> config(first))
        .then(config -> allowed(config, folder.release(first)))
        .then(config -> build(config, project, timeout))
        .then(config -> pin(config, first.with(new Counts(config).all())));
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
    return new Containers(compose)
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
    Counts counts = new Counts(config);
    for (Map.Entry<String, JsonNode> service : services(config).entrySet()) {
      switch (pin(service.getKey(), service.getValue(), kept)) {
        case Answer.No<String> no -> {
          return new Answer.No<>(no.failure());
        }
        case Answer.Ok<String> image -> {
          String name = service.getKey();
          Map<String, Object> settings = new TreeMap<>(counts.override(name, kept.replicas(name)));
          settings.put("image", image.value());
          settings.put("labels", labels(kept));
          overrides.put(name, settings);
        }
      }
    }
    return written(kept, config, overrides);
  }

  private Answer<Kept> written(Kept kept, JsonNode config, Map<String, Object> overrides) {
    Map<String, Object> file = new TreeMap<>(Map.of("services", overrides));
    // The old program wants all files to be of one version.
    config.path("version").asStringOpt().ifPresent(version -> file.put("version", version));
    try {
      DurableFile.replace(folder.override(kept), Json.write(file));
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
    return prefix.map(it -> it + "-").orElse("")
        + "ops-"
        + name
        + "-"
        + ComposeFolder.hex(target).substring(0, 6);
  }

  private <T> Answer<T> no(ReasonCode code, String cause, String fix) {
    return new Answer.No<>(Failure.of(code, "prepare the project of " + target, cause, fix));
  }
}
