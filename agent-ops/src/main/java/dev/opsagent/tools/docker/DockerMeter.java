package dev.opsagent.tools.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Statistics;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerEngines;
import dev.opsagent.outside.ContainerMeter;
import dev.opsagent.outside.ServiceRuntime.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the containers of a Docker engine, over its HTTP interface. An engine counts once a second,
 * and answers when it has: so it is asked for all of them at once.
 */
public final class DockerMeter implements ContainerMeter {
  private static final Duration USUAL = Duration.ofSeconds(5);

  private final ContainerEngines engines;
  private final Duration longest;

  /**
   * @param engines by target; where nothing leads to one, it is the one of this machine
   */
  public DockerMeter(ContainerEngines engines) {
    this(engines, USUAL);
  }

  /**
   * @param longest that the engine may say nothing, and that the containers are waited for
   */
  DockerMeter(ContainerEngines engines, Duration longest) {
    this.engines = engines;
    this.longest = longest;
  }

  @Override
  public Answer<List<Reading>> read(String target, String owner, String service) {
    return Session.ask(
        new DockerDoor(engines.settings(target)).session(longest),
        session ->
            Session.call(
                "see what the containers of %s use".formatted(target),
                () -> readings(session.client(), Map.of(owner, target), service)));
  }

  /**
   * A container of a service.
   *
   * @param id of the container
   */
  private record Named(String id, String service) {
    static Optional<Named> of(com.github.dockerjava.api.model.Container listed, String label) {
      return Optional.ofNullable(listed.getLabels())
          .map(labels -> labels.get(label))
          .filter(service -> service.length() <= LONGEST_NAME)
          .map(service -> new Named(listed.getId(), service));
    }
  }

  /** The same, looked at. */
  private record Part(String service, Container container) {
    Reading with(Usage usage) {
      return new Reading(Optional.of(service), container.identity(), usage, container.allotment());
    }
  }

  private List<Reading> readings(DockerClient client, Map<String, String> labels, String service) {
    List<Named> found =
        client.listContainersCmd().withLabelFilter(labels).exec().stream()
            .flatMap(listed -> Named.of(listed, service).stream())
            .toList();
    return found.size() > MOST
        ? List.of()
        : readings(client, found.stream().flatMap(it -> part(client, it).stream()).toList());
  }

  /** Looked at before it is read: one that starts again then is told for what it was. */
  private static Optional<Part> part(DockerClient client, Named named) {
    try {
      Container seen = Seen.container(client.inspectContainerCmd(named.id()).exec(), "");
      return Optional.of(new Part(named.service(), seen));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  private List<Reading> readings(DockerClient client, List<Part> parts) {
    List<Reading> readings = new ArrayList<>();
    List<Optional<Usage>> usages = usages(client, parts);
    for (int i = 0; i < parts.size(); i++) {
      usages.get(i).map(parts.get(i)::with).ifPresent(readings::add);
    }
    return readings;
  }

  private List<Optional<Usage>> usages(DockerClient client, List<Part> parts) {
    List<Consumer<Gathered<Statistics>>> questions = new ArrayList<>();
    parts.forEach(it -> questions.add(frames -> client.statsCmd(it.container().id()).exec(frames)));
    try {
      return Gathered.firsts(questions, longest).stream()
          .map(frame -> frame.flatMap(Seen::usage))
          .toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return parts.stream().map(_ -> Optional.<Usage>empty()).toList();
    }
  }
}
