package dev.opsagent.tools.npm;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Detached;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/**
 * A private npm registry on the loopback address, for the demonstration and for tests. It has no
 * other registry behind it, anybody reads it, and one user, made at each start, writes.
 */
public final class LocalVerdaccio implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration REQUEST = Duration.ofSeconds(10);
  private static final long PAUSE_MILLIS = 50;
  private static final int LARGEST_ANSWER = 64 * 1024;

  private final Process process;
  private final URI url;
  private final String user;
  private String token = "";

  private LocalVerdaccio(Process process, URI url, String user) {
    this.process = process;
    this.url = url;
    this.user = user;
  }

  /**
   * Starts it, installing it first when the cache does not have it, and waits until it answers.
   *
   * @param cache folder that keeps the installation, such as {@code ~/.cache/ops-agent}
   * @param data folder that keeps packages and users
   * @param programs runs npm for the installation
   */
  public static Answer<LocalVerdaccio> start(Path cache, Path data, Programs programs) {
    return new VerdaccioInstallation(cache, programs)
        .script()
        .then(script -> launch(script, data.toAbsolutePath(), programs));
  }

  private static Answer<LocalVerdaccio> launch(Path script, Path data, Programs programs) {
    try {
      int port = LocalPorts.free();
      return programs
          .start(process(script, Files.createDirectories(data), port))
          .then(process -> answering(process, port));
    } catch (IOException e) {
      return new Answer.No<>(failed(String.valueOf(e.getMessage())));
    }
  }

  private static Answer<LocalVerdaccio> answering(Process process, int port) {
    URI url = URI.create("http://127.0.0.1:" + port + "/");
    LocalVerdaccio registry = new LocalVerdaccio(process, url, "publisher-" + random(4));
    Optional<Failure> failure = registry.awaitAnswer();
    failure.ifPresent(f -> registry.close());
    return failure
        .<Answer<LocalVerdaccio>>map(Answer.No::new)
        .orElseGet(() -> new Answer.Ok<>(registry));
  }

  private static Detached process(Path script, Path data, int port) throws IOException {
    Path config = Files.write(data.resolve("config.yaml"), config(data));
    Path temporary = Files.createDirectories(data.resolve("tmp"));
    Path installation = script.resolve("../../../..").normalize();
    List<String> arguments =
        List.of(
            "node",
            script.toString(),
            "--config",
            config.toString(),
            "--listen",
            "127.0.0.1:" + port);
    Grants grants = Grants.NONE.writing(data).reading(installation).in(new Grants.Network.Open());
    return new Detached(
        arguments,
        data,
        Map.of("HOME", data.toString()),
        temporary,
        data.resolve("verdaccio.out"),
        grants);
  }

  /** JSON, which is YAML as well. */
  private static byte[] config(Path data) {
    Map<String, Object> access =
        Map.of("access", "$all", "publish", "$authenticated", "unpublish", "$authenticated");
    Map<String, Object> config =
        Map.of(
            "storage", data.resolve("storage").toString(),
            "auth", Map.of("htpasswd", Map.of("file", data.resolve("htpasswd").toString())),
            "uplinks", Map.of(),
            "packages", Map.of("@*/*", access, "**", access),
            "max_body_size", "64mb",
            "log", Map.of("type", "stdout", "format", "pretty", "level", "warn"));
    return JsonMapper.shared().writeValueAsBytes(config);
  }

  private Optional<Failure> awaitAnswer() {
    long start = System.nanoTime();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(REQUEST).build()) {
      while (!answers(client)) {
        if (process.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
          return Optional.of(failed("it ended with exit code " + process.exitValue()));
        }
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          return Optional.of(failed("no answer within " + PATIENCE.toSeconds() + " s"));
        }
      }
      return addUser(client);
    } catch (IOException e) {
      return Optional.of(failed(String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(failed("the wait was interrupted"));
    }
  }

  private boolean answers(HttpClient client) throws InterruptedException {
    try {
      HttpRequest ping = request("-/ping").build();
      return client.send(ping, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<Failure> addUser(HttpClient client) throws IOException, InterruptedException {
    byte[] account =
        JsonMapper.shared().writeValueAsBytes(Map.of("name", user, "password", random(16)));
    HttpRequest request =
        request("-/user/org.couchdb.user:" + user)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofByteArray(account))
            .build();
    HttpResponse<byte[]> response =
        client.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
    if (response.statusCode() != 201) {
      return Optional.of(failed("making a user was answered with " + response.statusCode()));
    }
    token = JsonMapper.shared().readTree(response.body()).path("token").asString("");
    return Optional.empty();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(url.resolve(path)).timeout(REQUEST);
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  private static Failure failed(String cause) {
    return Failure.of(
        ReasonCode.TOOL_FAILED, "start Verdaccio", cause, "read verdaccio.out in its data folder");
  }

  /** Where it listens. */
  public URI url() {
    return url;
  }

  /** The user that may publish. */
  public String user() {
    return user;
  }

  /** The user's credential. */
  public String token() {
    return token;
  }

  /** Ends it and whatever it started. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
