package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Images;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.docker.Engine.LocalImage;
import java.time.Duration;
import java.util.Map;

/** The images of a Docker engine, and those that it can pull. */
public final class DockerImages implements Images {
  private static final Duration PULL = Duration.ofMinutes(5);

  private final Engine.Door door;

  /**
   * @param environment of this process: {@code DOCKER_HOST} and its companions lead to the engine
   */
  public DockerImages(Map<String, String> environment) {
    this(new DockerDoor(environment));
  }

  DockerImages(Engine.Door door) {
    this.door = door;
  }

  @Override
  public Answer<Pinned> pin(String reference) {
    if (!ImageName.isPinned(reference) && !ImageName.isTagged(reference)) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.INVALID_PARAMETERS,
              "find the image " + printable(reference),
              "it names neither a tag nor a digest",
              "write NAME:TAG, NAME@sha256:DIGEST or an image's id; latest is a tag like others"));
    }
    return switch (door.open()) {
      case Answer.No<Engine> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Engine> ok -> {
        try (Engine engine = ok.value()) {
          yield new ImageStore(engine)
              .fetched(reference, PULL)
              .map(image -> pinned(reference, image));
        }
      }
    };
  }

  private static Pinned pinned(String reference, LocalImage image) {
    if (ImageName.isId(reference)) {
      return new Pinned(reference, reference);
    }
    String pinned =
        ImageName.isPinned(reference)
            ? reference
            : ImageStore.pinned(reference, image).orElse(image.id());
    return new Pinned(pinned, ImageName.digest(pinned));
  }

  private static String printable(String reference) {
    String plain = reference.replaceAll("\\p{Cntrl}", " ");
    return plain.length() <= 300 ? plain : plain.substring(0, 300) + "…";
  }
}
