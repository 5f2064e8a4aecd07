package dev.opsagent.tools.kubernetes;

import dev.opsagent.tools.kubernetes.AppliedFields.Merged;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusCauseBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The mock's API with what it lacks: server-side apply, the logs of pods, accounts without rights,
 * and one that has those which the shipped roles grant the worker.
 */
final class TestingApi extends KubernetesCrudDispatcher {
  static final String NO_RIGHTS = "no-rights";
  static final String WORKER = "rights-of-the-worker";
  static final String UNKNOWN = "unknown";
  static final String LOG = "no database for hunter2";

  private static final Pattern MANAGER = Pattern.compile("[?&]fieldManager=([^&]+)");

  private static final Pattern VERSION = Pattern.compile("[?&]resourceVersion=([0-9]+)");

  /** Where nobody says how many there are, a server says one. */
  private static final Set<String> SCALED = Set.of("Deployment", "StatefulSet");

  private final Set<Right> granted = ShippedRights.all();
  private final Set<Right> asked = new ConcurrentSkipListSet<>();
  private final AppliedFields fields = new AppliedFields();
  private final ReentrantLock leaving = new ReentrantLock();
  private volatile long lastDeletion;

  @Override
  public MockResponse dispatch(RecordedRequest request) {
    String credentials = Optional.ofNullable(request.getHeader("Authorization")).orElse("");
    if (credentials.endsWith(NO_RIGHTS)) {
      return refused(
          403, "Forbidden", "User \"nobody\" cannot do that in the namespace", List.of());
    }
    if (credentials.endsWith(UNKNOWN)) {
      return refused(401, "Unauthorized", "Unauthorized", List.of());
    }
    return Right.of(request.method().name(), request.getPath())
        .flatMap(right -> forbidden(request, right))
        .orElseGet(() -> super.dispatch(request));
  }

  /** What the worker has asked for so far. */
  Set<Right> asked() {
    return Set.copyOf(asked);
  }

  private Optional<MockResponse> forbidden(RecordedRequest request, Right right) {
    String credentials = Optional.ofNullable(request.getHeader("Authorization")).orElse("");
    if (!credentials.endsWith(WORKER)) {
      return Optional.empty();
    }
    asked.add(right);
    return granted.contains(right)
        ? Optional.empty()
        : Optional.of(
            refused(403, "Forbidden", "no role grants the worker to " + right, List.of()));
  }

  @Override
  public MockResponse handleGet(String path) {
    if (bare(path).endsWith("/log")) {
      return new MockResponse().setResponseCode(200).setBody(LOG);
    }
    // The mock selects by names only.
    return TestingDiscovery.told(bare(path))
        .map(told ->
            new MockResponse()
                .setResponseCode(200)
                .setHeader("Content-Type", "application/json")
                .setBody(told))
        .orElseGet(() -> super.handleGet(selectable(path)));
  }

  private static String selectable(String path) {
    return path.replaceFirst("fieldSelector=(involvedObject|reason)[^&]*", "");
  }

  /** A server never forgets what went between a list and the watch that follows. */
  @Override
  public MockResponse handleWatch(String path) {
    Matcher version = VERSION.matcher(path);
    return version.find() && Long.parseLong(version.group(1)) < lastDeletion
        ? new MockResponse().withWebSocketUpgrade(new Gone())
        : new MockResponse()
            .withWebSocketUpgrade(
                new Parting(super.handleWatch(selectable(path)).getWebSocketListener()));
  }

  @Override
  public MockResponse handleDelete(String path) {
    fields.forget(bare(path));
    return super.handleDelete(path);
  }

  @Override
  public void processEvent(
      String path,
      AttributeSet pathAttributes,
      @Nullable AttributeSet oldAttributes,
      @Nullable GenericKubernetesResource resource,
      @Nullable String newState) {
    if (newState == null) {
      lastDeletion = requestResourceVersion();
    }
    leaving.lock();
    try {
      super.processEvent(path, pathAttributes, oldAttributes, resource, newState);
    } finally {
      leaving.unlock();
    }
  }

  /**
   * The mock's own waits, when it is left, for what only the thread that it waits on can do, and
   * breaks the request of whoever changes something meanwhile.
   */
  private final class Parting extends WebSocketListener {
    private final WebSocketListener watched;

    Parting(WebSocketListener watched) {
      this.watched = watched;
    }

    @Override
    public void onOpen(WebSocket socket, Response response) {
      watched.onOpen(socket, response);
    }

    @Override
    public void onMessage(WebSocket socket, String text) {
      watched.onMessage(socket, text);
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
      leave(() -> watched.onClosing(socket, code, reason));
    }

    @Override
    public void onClosed(WebSocket socket, int code, String reason) {
      leave(() -> watched.onClosed(socket, code, reason));
    }

    @Override
    public void onFailure(WebSocket socket, Throwable cause, Response response) {
      leave(() -> watched.onFailure(socket, cause, response));
    }

    private void leave(Runnable how) {
      Thread.ofVirtual()
          .start(() -> {
            leaving.lock();
            try {
              how.run();
            } finally {
              leaving.unlock();
            }
          });
    }
  }

  /** Has whoever watches list again. */
  private static final class Gone extends WebSocketListener {
    @Override
    public void onOpen(WebSocket socket, Response response) {
      socket.send(
          "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\","
              + "\"status\":\"Failure\",\"reason\":\"Expired\",\"code\":410}}");
    }
  }

  @Override
  public synchronized MockResponse handlePatch(RecordedRequest request) {
    String type = Optional.ofNullable(request.getHeader("Content-Type")).orElse("");
    return type.startsWith("application/apply-patch+yaml")
        ? apply(request)
        : super.handlePatch(request);
  }

  private MockResponse apply(RecordedRequest request) {
    Optional<Map<String, Object>> live =
        Optional.ofNullable(findResource(getKey(bare(request.getPath()))))
            .map(Map.Entry::getValue)
            .map(TestingApi::tree);
    return Right.of("PATCH", request.getPath())
        .filter(_ -> live.isEmpty())
        .flatMap(right -> forbidden(request, right.verb("create")))
        .orElseGet(() -> apply(request, live));
  }

  private MockResponse apply(RecordedRequest request, Optional<Map<String, Object>> live) {
    String path = bare(request.getPath());
    Matcher manager = MANAGER.matcher(request.getPath());
    boolean dry = request.getPath().contains("dryRun=All");
    boolean forced = request.getPath().contains("force=true");
    String by = manager.find() ? manager.group(1) : "";
    Map<String, Object> applied = tree(request.getUtf8Body());
    Merged merged =
        dry
            ? fields.rehearse(path, by, forced, applied, live)
            : fields.apply(path, by, forced, applied, live);
    return switch (merged) {
      case Merged.Refused refused -> conflict(refused.fields());
      case Merged.Done(Map<String, Object> tree) ->
          ImmutableFields.changed(live, tree)
              .map(field ->
                  refused(
                      422,
                      "Invalid",
                      "%s: Invalid value: field is immutable".formatted(field),
                      List.of()))
              .orElseGet(() ->
                  dry
                      ? new MockResponse().setResponseCode(200).setBody(Serialization.asJson(tree))
                      : store(request, path, tree, live.isPresent()));
    };
  }

  private MockResponse store(
      RecordedRequest request, String path, Map<String, Object> tree, boolean there) {
    part(tree, "metadata").put("managedFields", fields.managed(path));
    if (SCALED.contains(String.valueOf(tree.get("kind")))) {
      part(tree, "spec").putIfAbsent("replicas", 1);
    }
    String body = Serialization.asJson(tree);
    RecordedRequest write =
        new RecordedRequest(
            request.getHttpVersion(),
            there ? HttpMethod.PUT : HttpMethod.POST,
            there ? path : path.substring(0, path.lastIndexOf('/')),
            request.getHeaders(),
            new Buffer(body.getBytes(StandardCharsets.UTF_8)));
    return there ? handleUpdate(write) : handleCreate(write);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> part(Map<String, Object> tree, String name) {
    return (Map<String, Object>) tree.computeIfAbsent(name, _ -> new LinkedHashMap<>());
  }

  private static MockResponse conflict(Map<String, String> fields) {
    List<StatusCause> causes =
        fields.entrySet().stream()
            .map(it ->
                new StatusCauseBuilder()
                    .withReason("FieldManagerConflict")
                    .withField(it.getKey())
                    .withMessage("conflict with \"%s\"".formatted(it.getValue()))
                    .build())
            .toList();
    return refused(409, "Conflict", "Apply failed with conflicts", causes);
  }

  private static MockResponse refused(
      int code, String reason, String message, List<StatusCause> causes) {
    Status status =
        new StatusBuilder()
            .withStatus("Failure")
            .withCode(code)
            .withReason(reason)
            .withMessage(message)
            .withNewDetails()
            .withCauses(causes)
            .endDetails()
            .build();
    return new MockResponse().setResponseCode(code).setBody(Serialization.asJson(status));
  }

  private static String bare(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> tree(String text) {
    return Serialization.unmarshal(text, Map.class);
  }
}
