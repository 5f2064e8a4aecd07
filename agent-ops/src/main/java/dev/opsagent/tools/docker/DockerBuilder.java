package dev.opsagent.tools.docker;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ImageBuilder;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/**
 * Builds on a Docker engine, with BuildKit where the engine has it, else with its classic builder.
 * The engine ends a build when its connection closes.
 */
public final class DockerBuilder implements ImageBuilder {
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final DockerDoor door;
  private final UnaryOperator<String> mask;
  private final boolean kit;

  /**
   * @param environment of this process: {@code DOCKER_HOST} and its companions lead to the engine
   * @param mask takes secrets out of what a build prints
   */
  public DockerBuilder(Map<String, String> environment, UnaryOperator<String> mask) {
    this(environment, mask, true);
  }

  private DockerBuilder(Map<String, String> environment, UnaryOperator<String> mask, boolean kit) {
    this.door = new DockerDoor(environment);
    this.mask = mask;
    this.kit = kit;
  }

  /** One that uses the classic builder, also where the engine has BuildKit. */
  public static DockerBuilder classic(Map<String, String> environment, UnaryOperator<String> mask) {
    return new DockerBuilder(environment, mask, false);
  }

  @Override
  public Answer<List<Made>> find(Map<String, String> labels) {
    return Session.look(
        () -> door.session(ANSWER),
        session ->
            Session.call(
                    "look for images by their labels",
                    () ->
                        session.client().listImagesCmd().withLabelFilter(labels).exec().stream()
                            .map(com.github.dockerjava.api.model.Image::getId)
                            .distinct()
                            .toList())
                .then(ids -> all(session, ids)));
  }

  /** One that has gone since it was listed is not there. */
  private static Answer<List<Made>> all(Session session, List<String> ids) {
    List<Made> found = new ArrayList<>();
    for (String id : ids) {
      switch (session.image(id)) {
        case Answer.No<Optional<Made>> no -> {
          return new Answer.No<>(no.failure());
        }
        case Answer.Ok<Optional<Made>> ok -> ok.value().ifPresent(found::add);
      }
    }
    return new Answer.Ok<>(found);
  }

  @Override
  public Answer<Optional<Made>> image(String reference) {
    return Session.look(() -> door.session(ANSWER), session -> session.image(reference));
  }

  @Override
  public Answer<List<String>> madeOf(String id) {
    return Session.look(
        () -> door.session(ANSWER),
        session ->
            session
                .image(id)
                .then(found ->
                    found.isEmpty()
                        ? new Answer.Ok<>(List.of())
                        : Session.call(
                            "look for images that are made of another",
                            () -> madeOf(session, found.get()))));
  }

  private static List<String> madeOf(Session session, Made base) {
    return session.client().listImagesCmd().withShowAll(true).exec().stream()
        .filter(image -> base.id().equals(image.getParentId()))
        .map(com.github.dockerjava.api.model.Image::getId)
        .toList();
  }

  @Override
  public Answer<Made> build(Recipe recipe, Listener listener) {
    // A step may be silent for as long as the build may take.
    return Session.ask(
        door.session(recipe.timeout().plus(ANSWER)), session -> build(session, recipe, listener));
  }

  private Answer<Made> build(Session session, Recipe recipe, Listener listener) {
    String action = "build the image";
    BuildOutput output = new BuildOutput(listener, mask);
    Gathered<JsonNode> items = new Gathered<>(output::take);
    try (InputStream tar = new BufferedInputStream(Files.newInputStream(recipe.archive()))) {
      return Session.call(action, () -> kit && offersBuildKit(session))
          .then(with -> {
            new BuildCall(session, with).start(recipe, tar, items);
            return Session.awaited(action, items, recipe.timeout());
          })
          .then(ended -> output.result(action))
          .then(session::image)
          .then(found -> found.<Answer<Made>>map(Answer.Ok::new).orElseGet(() -> gone(action)));
    } catch (IOException e) {
      return new Answer.No<>(
          Failure.passing(
              ReasonCode.TOOL_FAILED,
              action,
              "its context cannot be read: " + e.getClass().getSimpleName(),
              "see that the worker's disk has room and belongs to it"));
    }
  }

  private static boolean offersBuildKit(Session session) {
    return BuildCall.offersBuildKit(session.client().versionCmd().exec());
  }

  private static <T> Answer<T> gone(String action) {
    return new Answer.No<>(
        Failure.passing(
            ReasonCode.TOOL_FAILED, action, "the engine has no image of it", "build it again"));
  }

  @Override
  public Answer<Boolean> tag(String id, String reference) {
    return Session.ask(
        door.session(ANSWER),
        session ->
            Session.call(
                "name the image " + reference,
                () -> {
                  session
                      .client()
                      .tagImageCmd(
                          id, ImageName.repository(reference), ImageName.version(reference))
                      .exec();
                  return true;
                }));
  }

  @Override
  public Answer<Removal> remove(String reference) {
    return Session.ask(
        door.session(ANSWER),
        session ->
            Session.call("remove the image " + reference, () -> removed(session, reference)));
  }

  private static Removal removed(Session session, String reference) {
    try {
      session.client().removeImageCmd(reference).withForce(false).withNoPrune(true).exec();
      return Removal.GONE;
    } catch (NotFoundException e) {
      return Removal.GONE;
    } catch (ConflictException e) {
      boolean container = String.valueOf(e.getMessage()).contains("container");
      return container ? Removal.RUNNING : Removal.NEEDED;
    }
  }
}
