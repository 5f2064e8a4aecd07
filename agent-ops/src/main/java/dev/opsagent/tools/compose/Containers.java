package dev.opsagent.tools.compose;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerHistory;
import dev.opsagent.outside.ContainerHistory.End;
import dev.opsagent.outside.ContainerHistory.Event;
import dev.opsagent.tools.compose.Volumes.Mount;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The containers of a target, as the engine tells: the truth about what runs. */
final class Containers {
  static final String TARGET = "dev.opsagent.target";
  static final String VERSION = "dev.opsagent.version";
  static final String DIGEST = "dev.opsagent.digest";
  static final String TASK = "dev.opsagent.task";
  static final String SERVICES = "dev.opsagent.services";
  static final String ADDRESS = "dev.opsagent.address";
  static final String PROJECT = "com.docker.compose.project";
  static final String SERVICE = "com.docker.compose.service";
  private static final String FORMAT =
      Stream.concat(
              Stream.of("{{.ID}}", "{{.State}}", "{{.Status}}"),
              Stream.of(PROJECT, SERVICE, TARGET, VERSION, DIGEST, TASK, SERVICES, ADDRESS)
                  .map(label -> "{{.Label \"" + label + "\"}}"))
          .collect(Collectors.joining("\t"));

  private static final String END =
      "{{.State.FinishedAt}}\t{{.State.ExitCode}}\t{{.State.OOMKilled}}";
  private static final String EVENT =
      "{{.Time}}\t{{.Action}}\t{{index .Actor.Attributes \"signal\"}}";

  private final Compose compose;

  Containers(Compose compose) {
    this.compose = compose;
  }

  /** Every container of the target, whatever its state. */
  Answer<List<Container>> of(String target) {
    return list("look up the containers of " + target, TARGET + "=" + target);
  }

  /** Every container of a Compose project, whoever made it. */
  Answer<List<Container>> ofProject(String project) {
    return list("look up the containers of project " + project, PROJECT + "=" + project);
  }

  /** The volumes of the target's containers, whatever their state; each of a service once. */
  Answer<List<Mount>> mounts(String target) {
    String action = "look up the volumes of " + target;
    return compose
        .docker(action, "ps", "--all", "--quiet", "--filter", "label=" + TARGET + "=" + target)
        .then(ids -> ids.isBlank() ? new Answer.Ok<>("") : inspect(action, ids.lines().toList()))
        .map(text -> text.lines().flatMap(Mount::parse).distinct().toList());
  }

  private Answer<String> inspect(String action, List<String> ids) {
    List<String> arguments =
        new ArrayList<>(List.of("container", "inspect", "--format", Mount.FORMAT));
    arguments.addAll(ids);
    return compose.docker(action, arguments.toArray(String[]::new));
  }

  /** How the container ended or was paused, and who did that; empty when the engine is silent. */
  Optional<String> told(Container container) {
    String action = "look up what has happened to a container";
    ContainerHistory history = history(action, container);
    if (container.state().equals("paused")) {
      return history.ofPause();
    }
    return compose.docker(action, "container", "inspect", "--format", END, container.id())
            instanceof Answer.Ok<String>(String end)
        ? end(end).map(history::ofEnd)
        : Optional.empty();
  }

  private ContainerHistory history(String action, Container container) {
    Answer<String> events =
        compose.docker(
            action,
            "events",
            "--since",
            "1",
            "--until=-1s", // it knows whole seconds only, and ends the stream with this one
            "--filter",
            "container=" + container.id(),
            "--format",
            EVENT);
    return events instanceof Answer.Ok<String>(String text)
        ? new ContainerHistory(
            text.lines().map(Containers::event).flatMap(Optional::stream).toList())
        : ContainerHistory.UNKNOWN;
  }

  private static Optional<Event> event(String line) {
    String[] fields = line.split("\t", -1);
    return fields.length == 3 && fields[0].matches("[0-9]{1,12}")
        ? Optional.of(
            new Event(Instant.ofEpochSecond(Long.parseLong(fields[0])), fields[1], fields[2]))
        : Optional.empty();
  }

  private static Optional<End> end(String line) {
    String[] fields = line.strip().split("\t", -1);
    return fields.length == 3 && fields[1].matches("[0-9]{1,9}")
        ? Optional.of(
            new End(
                ContainerHistory.instant(fields[0]),
                Long.parseLong(fields[1]),
                Boolean.parseBoolean(fields[2])))
        : Optional.empty();
  }

  private Answer<List<Container>> list(String action, String label) {
    return compose
        .docker(action, "ps", "--all", "--filter", "label=" + label, "--format", FORMAT)
        .map(text -> text.lines().map(Container::parse).flatMap(Optional::stream).toList());
  }

  /** The release that is completely there: a container for each of its services. */
  static Optional<List<Container>> complete(List<Container> containers) {
    Map<String, List<Container>> releases =
        containers.stream().collect(Collectors.groupingBy(Container::release));
    return releases.values().stream().filter(Containers::isComplete).findFirst();
  }

  private static boolean isComplete(List<Container> release) {
    long services =
        release.stream().filter(Container::isUp).map(Container::service).distinct().count();
    return services == release.getFirst().services() && release.stream().anyMatch(Container::runs);
  }

  /** One container. */
  record Container(
      String id,
      String state,
      String status,
      String project,
      String service,
      String target,
      String version,
      String digest,
      String task,
      int services,
      String address) {
    private static final int FIELDS = 11;

    static Optional<Container> parse(String line) {
      List<String> fields = Arrays.asList(line.split("\t", -1));
      return fields.size() == FIELDS ? Optional.of(of(fields)) : Optional.empty();
    }

    private static Container of(List<String> f) {
      int services = f.get(9).matches("[0-9]{1,6}") ? Integer.parseInt(f.get(9)) : 0;
      return new Container(
          f.get(0), f.get(1), f.get(2), f.get(3), f.get(4), f.get(5), f.get(6), f.get(7), f.get(8),
          services, f.get(10));
    }

    String release() {
      return digest + " " + task;
    }

    boolean runs() {
      return state.equals("running");
    }

    /** Runs or is about to, so that it has to be stopped; of a project, and no lone container. */
    boolean holdsOn() {
      return !project.isEmpty() && List.of("running", "restarting", "paused").contains(state);
    }

    /** Runs, or was made to do one thing and has done it. */
    boolean isUp() {
      return runs() || (state.equals("exited") && status.startsWith("Exited (0)"));
    }

    /** Will not become healthy by waiting. */
    boolean isBroken() {
      return status.contains("(unhealthy)") || (state.equals("exited") && !isUp());
    }

    boolean isHealthy() {
      return isUp() && !status.contains("(health: starting)") && !status.contains("(unhealthy)");
    }
  }
}
