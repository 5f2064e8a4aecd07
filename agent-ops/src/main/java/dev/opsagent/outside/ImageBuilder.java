package dev.opsagent.outside;

import dev.opsagent.protocol.ReasonCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes container images on an engine. An engine that does not answer is a passing failure. */
public interface ImageBuilder {
  /** Every image of the engine that bears all of the labels. */
  Answer<List<Made>> find(Map<String, String> labels);

  /**
   * What the engine has under a reference; nothing is fetched.
   *
   * @param reference {@code name:tag}, {@code name@sha256:…} or an id
   */
  Answer<Optional<Made>> image(String reference);

  /** Ids of the images that are made of that one directly; none when it is not there. */
  Answer<List<String>> madeOf(String id);

  /**
   * Builds an image that has no name yet. Interrupted, or out of time, it ends the build on the
   * engine; what the build has made until then stays, and was told to the listener.
   *
   * @return the image; {@link ReasonCode#TOOL_FAILED} with the step that failed and the last lines
   *     of its output, {@link ReasonCode#TIMEOUT} when it took too long, {@link
   *     ReasonCode#INVALID_PARAMETERS} when the engine cannot read the Dockerfile
   */
  Answer<Made> build(Recipe recipe, Listener listener);

  /** Gives an image a name, which another image then loses. */
  Answer<Boolean> tag(String id, String reference);

  /** Takes a name, or the image that an id stands for, from the engine, and nothing with it. */
  Answer<Removal> remove(String reference);

  /**
   * How an image is built.
   *
   * @param archive the context, as a tar
   * @param dockerfile its path in the context
   * @param args build arguments; they stay readable in the image, so never secrets
   * @param target the stage to build; absent: the last
   * @param labels to be put on the image
   * @param timeout the longest that the build may take
   */
  record Recipe(
      Path archive,
      String dockerfile,
      Map<String, String> args,
      Optional<String> target,
      Map<String, String> labels,
      Duration timeout) {
    public Recipe {
      args = Map.copyOf(args);
      labels = Map.copyOf(labels);
    }
  }

  /** Hears what goes on in a build, on a thread of the builder. */
  interface Listener {
    /** A line for people: printable, without secrets; a bounded number of them. */
    void line(String text);

    /**
     * The build has made an image on its way: a layer, a stage, or the result. A builder that makes
     * none on the way tells of none.
     */
    void made(String id);
  }

  /**
   * An image of the engine.
   *
   * @param id {@code sha256:…}, over its content and its labels
   * @param size bytes of all its layers
   * @param tags {@code name:tag}, as the engine shortens them
   * @param digests {@code name@sha256:…}, one for each registry that has it
   */
  record Made(
      String id, long size, Map<String, String> labels, List<String> tags, List<String> digests) {
    public Made {
      labels = Map.copyOf(labels);
      tags = List.copyOf(tags);
      digests = List.copyOf(digests);
    }
  }

  /** What a removal came to. */
  enum Removal {
    /** It is not there any more. */
    GONE,
    /** A container uses it. */
    RUNNING,
    /** It has other names, or other images are made of it. */
    NEEDED
  }
}
