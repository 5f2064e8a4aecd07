package dev.opsagent.tools.docker;

import com.github.dockerjava.api.model.InfoRegistryConfig;
import com.github.dockerjava.api.model.PushResponseItem;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.outside.ImageRegistry;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * Registries as a Docker engine reaches them. Logins are those of the operator's Docker
 * configuration file; helpers that keep logins elsewhere are not asked.
 */
public final class DockerRegistry implements ImageRegistry {
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");
  private static final Set<String> LOOPBACKS = Set.of("127.0.0.0/8", "::1/128");
  private static final Pattern REFUSED =
      Pattern.compile("(?i).*(unauthori[sz]ed|denied|no basic auth|authentication required).*");
  private static final Pattern ABSENT = Pattern.compile("(?i).*(manifest unknown|not found).*");

  private static final Set<String> ENDED = Set.of("Pushed", "Layer already exists");
  private static final int MAX_ANSWER = 64 * 1024;

  private final DockerDoor door;

  /**
   * @param environment of this process: {@code DOCKER_HOST} and its companions lead to the engine,
   *     {@code DOCKER_CONFIG} or {@code HOME} to the logins
   */
  public DockerRegistry(Map<String, String> environment) {
    this.door = new DockerDoor(environment);
  }

  @Override
  public Answer<Boolean> accepts(String name) {
    String host = host(name);
    if (LOOPBACK.matcher(host).matches()) {
      return new Answer.Ok<>(true);
    }
    String action = "push to " + host;
    return Session.ask(
        door.session(ANSWER),
        session ->
            RegistryLogin.of(session, name).isPresent()
                ? isEncrypted(session, action, host)
                : unfit(
                    action,
                    "the operator has no login for it",
                    "docker login " + host + ", as the user that the worker runs as"));
  }

  private static Answer<Boolean> isEncrypted(Session session, String action, String host) {
    return Session.call(action, () -> session.client().infoCmd().exec().getRegistryConfig())
        .then(registries ->
            registries != null && isEncrypted(registries, host)
                ? new Answer.Ok<>(true)
                : unfit(
                    action,
                    "the engine may speak to it without TLS",
                    "take it out of the engine's insecure-registries"));
  }

  private static boolean isEncrypted(InfoRegistryConfig registries, String host) {
    boolean named =
        Optional.ofNullable(registries.getIndexConfigs())
            .map(indexes -> indexes.get(host))
            .filter(index -> !Boolean.TRUE.equals(index.getSecure()))
            .isPresent();
    List<String> ranges =
        Optional.ofNullable(registries.getInsecureRegistryCIDRs()).orElse(List.of());
    return !named && LOOPBACKS.containsAll(ranges);
  }

  private static Answer<Boolean> unfit(String action, String cause, String fix) {
    return new Answer.No<>(Failure.of(ReasonCode.CONFIGURATION, action, cause, fix));
  }

  @Override
  public Answer<Optional<String>> published(String reference) {
    String action = "look up " + reference + " in its registry";
    return Session.look(
        () -> door.session(ANSWER),
        session ->
            Session.call(action, () -> distribution(session, reference))
                .then(answer -> digest(action, answer)));
  }

  private record Spoken(int status, byte[] body) {}

  private static Spoken distribution(Session session, String reference) {
    Request request =
        Request.builder()
            .method(Request.Method.GET)
            .path("/distribution/" + reference + "/json")
            .putHeader("X-Registry-Auth", RegistryLogin.header(session, reference))
            .build();
    try (Response response = session.http().execute(request)) {
      return new Spoken(response.getStatusCode(), response.getBody().readNBytes(MAX_ANSWER));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Answer<Optional<String>> digest(String action, Spoken answer) {
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    if (answer.status() == 200) {
      return Optional.of(text)
          .flatMap(DockerRegistry::digest)
          .<Answer<Optional<String>>>map(it -> new Answer.Ok<>(Optional.of(it)))
          .orElseGet(() ->
              new Answer.No<>(
                  Failure.passing(
                      ReasonCode.TOOL_FAILED,
                      action,
                      "the answer has no digest",
                      "see that the registry speaks the distribution API")));
    }
    return answer.status() == 404 && ABSENT.matcher(text.strip()).matches()
        ? new Answer.Ok<>(Optional.empty())
        : new Answer.No<>(refused(action, EngineFailures.sentence(text)));
  }

  private static Optional<String> digest(String json) {
    try {
      return Json.readTree(json.getBytes(StandardCharsets.UTF_8))
          .path("Descriptor")
          .path("digest")
          .asStringOpt()
          .filter(ImageName::isId);
    } catch (InvalidMessage e) {
      return Optional.empty();
    }
  }

  @Override
  public Answer<Boolean> push(String reference, Duration timeout, Progress progress) {
    String action = "push " + reference;
    AtomicReference<String> error = new AtomicReference<>("");
    Gathered<PushResponseItem> items = new Gathered<>(item -> take(item, error, progress));
    return Session.ask(
        door.session(timeout.plus(ANSWER)),
        session ->
            Session.call(
                    action,
                    () ->
                        session
                            .client()
                            .pushImageCmd(ImageName.repository(reference))
                            .withTag(ImageName.version(reference))
                            .exec(items))
                .then(stream -> Session.awaited(action, stream, timeout))
                .then(ended ->
                    error.get().isEmpty()
                        ? new Answer.Ok<>(true)
                        : new Answer.No<>(refused(action, error.get()))));
  }

  /** Of the many lines of a push only those are told that end something. */
  private static void take(
      PushResponseItem item, AtomicReference<String> error, Progress progress) {
    Optional.ofNullable(item.getErrorDetail())
        .map(detail -> EngineFailures.sentence(String.valueOf(detail.getMessage())))
        .ifPresent(error::set);
    Optional.ofNullable(item.getStatus())
        .filter(ENDED::contains)
        .ifPresent(status -> progress.line(status.toLowerCase(Locale.ROOT) + " " + item.getId()));
  }

  private static Failure refused(String action, String cause) {
    return REFUSED.matcher(cause).matches()
        ? Failure.of(
            ReasonCode.CREDENTIALS_REJECTED,
            action,
            cause,
            "docker login to it with an account" + " that may")
        : Failure.passing(
            ReasonCode.TOOL_FAILED, action, cause, "see whether the registry answers");
  }

  @Override
  public Answer<Made> fetch(String pinned, Duration timeout) {
    String action = "fetch " + pinned;
    return Session.ask(
        door.session(ANSWER),
        session ->
            new DockerEngine(session.client())
                .pull(pinned, timeout)
                .then(pulled -> session.image(pinned))
                .then(found ->
                    found
                        .<Answer<Made>>map(Answer.Ok::new)
                        .orElseGet(() ->
                            new Answer.No<>(
                                Failure.of(
                                    ReasonCode.INTEGRITY_MISMATCH,
                                    action,
                                    "the engine has no image of that digest",
                                    "see what removes images there")))));
  }

  private static String host(String name) {
    return name.substring(0, Math.max(0, name.indexOf('/')));
  }
}
