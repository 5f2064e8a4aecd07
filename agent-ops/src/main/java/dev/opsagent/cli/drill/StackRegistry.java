package dev.opsagent.cli.drill;

import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * The npm registry of a stack, as somebody outside sees it.
 *
 * @param port where it listens on this machine
 */
public record StackRegistry(int port) {
  private static final String USER = "drill";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Makes an account; the token to write with. */
  public String token() throws IOException, InterruptedException {
    String account =
        Json.mapper()
            .createObjectNode()
            .put("name", USER)
            .put("password", UUID.randomUUID().toString())
            .toString();
    HttpRequest.Builder request =
        request("-/user/org.couchdb.user:" + USER)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(account));
    return answer(request.build(), 201).orElseThrow(() -> refused(404)).path("token").asString();
  }

  /** The versions that it has of a package; none when it has no such package. */
  public List<String> versions(String name) throws IOException, InterruptedException {
    return answer(request(name).build(), 200)
        .map(it -> List.copyOf(it.path("versions").propertyNames()))
        .orElse(List.of());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path))
        .timeout(PATIENCE);
  }

  /** Empty when it has nothing there. */
  private static Optional<JsonNode> answer(HttpRequest request, int wanted)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
      if (response.statusCode() == 404) {
        return Optional.empty();
      }
      if (response.statusCode() != wanted) {
        throw refused(response.statusCode());
      }
      return Optional.of(Json.readTree(response.body()));
    }
  }

  private static IOException refused(int status) {
    return new IOException("the stack's registry answers with " + status);
  }
}
