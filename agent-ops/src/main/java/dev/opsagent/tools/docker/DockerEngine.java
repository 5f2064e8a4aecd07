package dev.opsagent.tools.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports.Binding;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Statistics;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerHistory;
import dev.opsagent.outside.Printable;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A Docker engine behind its HTTP interface. */
final class DockerEngine implements Engine {
  private static final RestartPolicy AGAIN = RestartPolicy.unlessStoppedRestart();
  private static final String LOOPBACK = "127.0.0.1";
  private static final String REGISTRY = "see whether the registry has the image";
  private static final Duration LOG = Duration.ofSeconds(10);

  private final DockerClient client;

  DockerEngine(DockerClient client) {
    this.client = client;
  }

  /** This engine, if it answers; closes it otherwise. */
  Answer<Engine> answering() {
    Answer<Boolean> answer = done("reach the Docker engine", () -> client.pingCmd().exec());
    if (answer instanceof Answer.No<Boolean>) {
      close();
    }
    return answer.map(answers -> this);
  }

  @Override
  public Answer<List<Container>> find(String target, Set<String> names) {
    return call("look up the containers of " + target, () -> found(target, names));
  }

  private List<Container> found(String target, Set<String> names) {
    Stream<String> labelled =
        client
            .listContainersCmd()
            .withShowAll(true)
            .withLabelFilter(Map.of(Labels.RUNTIME, Labels.DOCKER, Labels.TARGET, target))
            .exec()
            .stream()
            .map(com.github.dockerjava.api.model.Container::getId);
    Stream<String> named =
        client.listContainersCmd().withShowAll(true).withNameFilter(names).exec().stream()
            .filter(
                one -> Arrays.stream(one.getNames()).anyMatch(it -> names.contains(Seen.bare(it))))
            .map(com.github.dockerjava.api.model.Container::getId);
    return Stream.concat(labelled, named)
        .distinct()
        .map(this::present)
        .flatMap(Optional::stream)
        .toList();
  }

  private Container seen(String id) {
    return Seen.container(client.inspectContainerCmd(id).exec(), AGAIN.getName());
  }

  private Optional<Container> present(String id) {
    try {
      return Optional.of(seen(id));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  @Override
  public Answer<Container> inspect(String id) {
    return call("look at a container", () -> seen(id));
  }

  @Override
  public Answer<Optional<LocalImage>> image(String reference) {
    return call(
        "find the image " + reference,
        () -> {
          try {
            return Optional.of(Seen.image(client.inspectImageCmd(reference).exec()));
          } catch (NotFoundException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public Answer<Boolean> pull(String reference, Duration timeout) {
    String action = "pull the image " + reference;
    AtomicReference<String> error = new AtomicReference<>("");
    Gathered<PullResponseItem> items =
        new Gathered<>(item -> failureOf(item).ifPresent(error::set));
    Answer<Boolean> inTime =
        call(
            action,
            () -> {
              client
                  .pullImageCmd(ImageName.repository(reference))
                  .withTag(ImageName.version(reference))
                  .exec(items);
              return awaited(items, timeout);
            });
    return switch (inTime) {
      case Answer.Ok<Boolean> ok -> pulled(action, ok.value(), error.get());
      case Answer.No<Boolean> no ->
          new Answer.No<>(
              new Failure(
                  no.failure().code(),
                  action,
                  no.failure().cause(),
                  REGISTRY,
                  no.failure().retryable()));
    };
  }

  private static Answer<Boolean> pulled(String action, boolean inTime, String error) {
    if (!inTime) {
      return new Answer.No<>(
          Failure.passing(
              ReasonCode.TIMEOUT, action, "the registry took too long", "pull it by hand"));
    }
    return error.isEmpty()
        ? new Answer.Ok<>(true)
        : new Answer.No<>(Failure.passing(ReasonCode.TOOL_FAILED, action, error, REGISTRY));
  }

  private static Optional<String> failureOf(PullResponseItem item) {
    return Optional.ofNullable(item.getErrorDetail())
        .map(detail -> String.valueOf(detail.getMessage()).replaceAll("\\p{Cntrl}+", " "))
        .map(text -> text.length() <= 300 ? text : text.substring(0, 300) + "…");
  }

  @Override
  public Answer<String> create(String name, Labels labels, Optional<Integer> containerPort) {
    return call(
        "make a container of " + labels.recipe().image(),
        () -> command(name, labels, containerPort).exec().getId());
  }

  private CreateContainerCmd command(String name, Labels labels, Optional<Integer> containerPort) {
    Recipe recipe = labels.recipe();
    CreateContainerCmd command =
        client
            .createContainerCmd(recipe.image())
            .withName(name)
            .withLabels(labels.toMap())
            .withEnv(environment(recipe, containerPort))
            .withHostConfig(host(recipe, containerPort));
    containerPort.ifPresent(port -> command.withExposedPorts(ExposedPort.tcp(port)));
    return recipe.command().isEmpty() ? command : command.withCmd(recipe.command());
  }

  private static List<String> environment(Recipe recipe, Optional<Integer> containerPort) {
    Map<String, String> environment = new HashMap<>(recipe.environment());
    containerPort.ifPresent(port -> environment.put("PORT", port.toString()));
    List<String> settings = new ArrayList<>();
    environment.forEach((name, value) -> settings.add(name + "=" + value));
    return settings;
  }

  private static HostConfig host(Recipe recipe, Optional<Integer> containerPort) {
    HostConfig host = HostConfig.newHostConfig().withRestartPolicy(RestartPolicy.noRestart());
    recipe.cpus().ifPresent(cpus -> host.withNanoCPUs(Math.round(cpus * 1_000_000_000L)));
    // Swap would only put off what the limit is for.
    recipe.memory().ifPresent(memory -> host.withMemory(memory).withMemorySwap(memory));
    recipe
        .port()
        .map(port -> Binding.bindIpAndPort(LOOPBACK, port))
        .ifPresent(binding ->
            host.withPortBindings(
                new PortBinding(binding, ExposedPort.tcp(containerPort.orElseThrow()))));
    return host;
  }

  @Override
  public Answer<Boolean> start(String id) {
    return done("start a container", () -> client.startContainerCmd(id).exec());
  }

  @Override
  public Answer<Boolean> stop(String id) {
    return done("stop a container", () -> client.stopContainerCmd(id).exec());
  }

  @Override
  public Answer<Boolean> confirm(String id) {
    return done(
        "have a container started again when it ends",
        () -> client.updateContainerCmd(id).withRestartPolicy(AGAIN).exec());
  }

  @Override
  public Answer<Boolean> rename(String id, String name) {
    return done(
        "rename a container to " + name, () -> client.renameContainerCmd(id).withName(name).exec());
  }

  @Override
  public Answer<Boolean> remove(String id) {
    return done(
        "remove a container",
        () -> {
          try {
            client.removeContainerCmd(id).withForce(true).withRemoveVolumes(false).exec();
          } catch (NotFoundException e) {
            // Gone already, which is what was asked for.
          }
        });
  }

  @Override
  public Answer<Optional<Usage>> usage(String id) {
    // Of a stream the first frame comes at once; a single one would take two seconds.
    Consumer<Gathered<Statistics>> question = frames -> client.statsCmd(id).exec(frames);
    return call(
        "see what a container uses",
        () -> {
          try {
            return Gathered.first(question, LOG).flatMap(Seen::usage);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
          }
        });
  }

  /** The engine's own time ends the stream: it tells what was, and not what is still to come. */
  @Override
  public ContainerHistory history(String id) {
    List<ContainerHistory.Event> events = new CopyOnWriteArrayList<>();
    Gathered<Event> gathered = new Gathered<>(it -> Seen.event(it).ifPresent(events::add));
    Answer<Boolean> whole =
        call(
            "look up what has happened to a container",
            () -> {
              client
                  .eventsCmd()
                  .withContainerFilter(id)
                  .withSince("1")
                  .withUntil(now())
                  .exec(gathered);
              return awaited(gathered, LOG);
            });
    return whole instanceof Answer.Ok<Boolean>(Boolean ended) && ended
        ? new ContainerHistory(events)
        : ContainerHistory.UNKNOWN;
  }

  private String now() {
    Instant now =
        OffsetDateTime.parse(String.valueOf(client.infoCmd().exec().getSystemTime())).toInstant();
    return "%d.%09d".formatted(now.getEpochSecond(), now.getNano());
  }

  @Override
  public String log(String id) {
    StringBuilder text = new StringBuilder();
    Gathered<Frame> frames = new Gathered<>(frame -> append(text, frame));
    Answer<Boolean> read =
        call(
            "read the log of a container",
            () -> {
              client
                  .logContainerCmd(id)
                  .withStdOut(true)
                  .withStdErr(true)
                  .withTail(Printable.LINES_READ)
                  .exec(frames);
              return awaited(frames, LOG);
            });
    return read instanceof Answer.Ok<Boolean> ? text.toString() : "";
  }

  private static void append(StringBuilder text, Frame frame) {
    text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
    text.delete(0, Math.max(0, text.length() - Printable.CHARACTERS_READ));
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An interrupted wait is told by the thread's own flag. */
  private static boolean awaited(Gathered<?> gathered, Duration time) {
    try {
      return gathered.await(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Answer<Boolean> done(String action, Runnable call) {
    return call(
        action,
        () -> {
          try {
            call.run();
          } catch (NotModifiedException e) {
            // It was so already.
          }
          return true;
        });
  }

  private static <T> Answer<T> call(String action, Supplier<T> call) {
    try {
      return new Answer.Ok<>(call.get());
    } catch (RuntimeException e) {
      return new Answer.No<>(EngineFailures.of(action, e));
    }
  }
}
