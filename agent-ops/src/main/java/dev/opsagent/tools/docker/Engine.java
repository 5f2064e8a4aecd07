package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerHistory;
import dev.opsagent.outside.ServiceRuntime.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is asked of a container engine. Calls that find done what they were to do are no failures.
 * No call removes a volume.
 */
interface Engine extends AutoCloseable {
  /** Every container that bears the labels of the target, or one of the names. */
  Answer<List<Container>> find(String target, Set<String> names);

  Answer<Container> inspect(String id);

  /** The image, if the engine has it. */
  Answer<Optional<LocalImage>> image(String reference);

  /** Fetches an image from its registry. */
  Answer<Boolean> pull(String reference, Duration timeout);

  /**
   * Makes a container and does not start it. The engine will not start it by itself before {@link
   * #confirm}.
   *
   * @param containerPort where the service listens in it
   * @return its id
   */
  Answer<String> create(String name, Labels labels, Optional<Integer> containerPort);

  Answer<Boolean> start(String id);

  /** Ends it: politely at first, by force after the container's own time for that. */
  Answer<Boolean> stop(String id);

  /** From now on the engine starts it again when it ends, unless somebody stopped it. */
  Answer<Boolean> confirm(String id);

  Answer<Boolean> rename(String id, String name);

  /** Ends and removes it, and leaves its volumes. */
  Answer<Boolean> remove(String id);

  /** What it has used; empty when it does not run, or the engine does not count. */
  Answer<Optional<Usage>> usage(String id);

  /** What the engine remembers of it; nothing, when it does not say. */
  ContainerHistory history(String id);

  /** The end of what it wrote, unmasked; empty when nothing can be read. */
  String log(String id);

  @Override
  void close();

  /** Opens a connection; the caller closes it. */
  @FunctionalInterface
  interface Door {
    Answer<Engine> open();
  }

  /**
   * An image of the engine.
   *
   * @param digests {@code name@sha256:…}, one for each registry that it came from or went to
   * @param ports that it says services listen on
   */
  record LocalImage(String id, List<String> digests, List<Integer> ports) {
    public LocalImage {
      digests = List.copyOf(digests);
      ports = List.copyOf(ports);
    }

    /** Where the service listens: on the one port that the image exposes, else on the host's. */
    Optional<Integer> containerPort(Optional<Integer> port) {
      return ports.size() == 1 ? port.map(host -> ports.getFirst()) : port;
    }
  }
}
