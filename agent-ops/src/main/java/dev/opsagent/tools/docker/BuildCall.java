package dev.opsagent.tools.docker;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Version;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import dev.opsagent.outside.ImageBuilder.Recipe;
import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;

/**
 * The engine's own call for a build. The client has no word for BuildKit, which is asked for by a
 * parameter. BuildKit wants a session beside the call only for what no build here has: secrets, an
 * ssh agent, logins to registries.
 *
 * @param kit whether BuildKit is asked for; an engine without it uses what it has
 */
record BuildCall(Session session, boolean kit) {
  private static final int MAX_REFUSAL = 64 * 1024;

  /** The first whose engines have BuildKit, on Linux. */
  private static final RemoteApiVersion WITH_BUILDKIT = RemoteApiVersion.create(1, 39);

  static boolean offersBuildKit(Version version) {
    return "linux".equals(version.getOperatingSystem())
        && RemoteApiVersion.parseConfigWithDefault(version.getApiVersion())
            .isGreaterOrEqual(WITH_BUILDKIT);
  }

  /**
   * Begins the build; returns at once.
   *
   * @param context as a tar
   * @param items take what the engine streams; closing them ends the build
   */
  void start(Recipe recipe, InputStream context, Gathered<JsonNode> items) {
    Request request =
        Request.builder()
            .method(Request.Method.POST)
            .path("/build?" + query(recipe))
            .putHeader("Content-Type", "application/x-tar")
            .body(context)
            .build();
    Thread.ofPlatform().daemon().name("image-build").start(() -> read(request, items));
  }

  private void read(Request request, Gathered<JsonNode> items) {
    try (Response response = session.http().execute(request)) {
      items.onStart(response);
      if (response.getStatusCode() != 200) {
        items.onError(refusal(response));
        return;
      }
      try (MappingIterator<JsonNode> stream =
          Json.mapper().readerFor(JsonNode.class).readValues(response.getBody())) {
        stream.forEachRemaining(items::onNext);
      }
      items.onComplete();
    } catch (IOException e) {
      items.onError(new UncheckedIOException(e));
    } catch (JacksonException e) {
      items.onError(
          e.getCause() instanceof IOException
              ? e
              : new DockerException("its answer cannot be read", 200, e));
    } catch (RuntimeException e) {
      items.onError(e);
    }
  }

  private static DockerException refusal(Response response) throws IOException {
    byte[] body = response.getBody().readNBytes(MAX_REFUSAL);
    String said = new String(body, StandardCharsets.UTF_8);
    return switch (response.getStatusCode()) {
      case 400 -> new BadRequestException(said);
      case 404 -> new NotFoundException(said);
      default -> new DockerException(said, response.getStatusCode());
    };
  }

  private String query(Recipe recipe) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("dockerfile", recipe.dockerfile());
    query.put("labels", json(recipe.labels()));
    query.put("buildargs", json(recipe.args()));
    recipe.target().ifPresent(target -> query.put("target", target));
    query.put("rm", "1");
    query.put("forcerm", "1");
    if (kit) {
      query.put("version", "2");
    }
    return query.entrySet().stream()
        .map(it -> it.getKey() + "=" + URLEncoder.encode(it.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private static String json(Map<String, String> value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }
}
