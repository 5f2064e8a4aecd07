package dev.opsagent.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves the repositories of a folder through git's own HTTP program, behind a password. */
public final class GitHttpServer implements AutoCloseable {
  /** The only user. */
  public static final String USER = "publisher";

  private final Path root;
  private final Path git;
  private final String password;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private GitHttpServer(Path root, Path git, String password, HttpServer server) {
    this.root = root;
    this.git = git;
    this.password = password;
    this.server = server;
  }

  /** Serves every repository below the folder on a free port of the loopback address. */
  public static GitHttpServer start(Path root, String password) {
    Path git = Peers.require("git", "install git");
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      GitHttpServer server = new GitHttpServer(root, git, password, HttpServer.create(address, 0));
      server.listen();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void listen() {
    server.setExecutor(threads);
    server
        .createContext("/", this::serve)
        .setAuthenticator(
            new BasicAuthenticator("git") {
              @Override
              public boolean checkCredentials(String user, String given) {
                return user.equals(USER) && given.equals(password);
              }
            });
    server.start();
  }

  /** The address of the repository in that folder of the root. */
  public String url(String repository) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + repository;
  }

  private void serve(HttpExchange exchange) throws IOException {
    Process backend = backend(exchange).start();
    Thread feed = Thread.startVirtualThread(() -> feed(exchange, backend));
    try (exchange;
        InputStream out = backend.getInputStream()) {
      int status = headers(exchange, out);
      exchange.sendResponseHeaders(status, 0);
      out.transferTo(exchange.getResponseBody());
    } finally {
      backend.destroy();
      feed.interrupt();
    }
  }

  private static void feed(HttpExchange exchange, Process backend) {
    try (OutputStream in = backend.getOutputStream()) {
      exchange.getRequestBody().transferTo(in);
    } catch (IOException e) {
      // The program answered without reading everything, as it does when it refuses.
      backend.destroy();
    }
  }

  private ProcessBuilder backend(HttpExchange exchange) {
    ProcessBuilder builder = new ProcessBuilder(git.toString(), "http-backend");
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", Peers.searchPath());
    environment.put("GIT_PROJECT_ROOT", root.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
    environment.put("GIT_CONFIG_COUNT", "1");
    environment.put("GIT_CONFIG_KEY_0", "safe.directory");
    environment.put("GIT_CONFIG_VALUE_0", "*");
    environment.put("REMOTE_USER", USER);
    environment.put("REMOTE_ADDR", "127.0.0.1");
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    environment.put("PATH_INFO", exchange.getRequestURI().getPath());
    environment.put(
        "QUERY_STRING", Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""));
    Map.of(
            "Content-Type", "CONTENT_TYPE",
            "Content-Encoding", "HTTP_CONTENT_ENCODING",
            "Git-Protocol", "GIT_PROTOCOL")
        .forEach((header, variable) ->
            Optional.ofNullable(exchange.getRequestHeaders().getFirst(header))
                .ifPresent(value -> environment.put(variable, value)));
    return builder;
  }

  private static int headers(HttpExchange exchange, InputStream out) throws IOException {
    int status = 200;
    for (String line = line(out); !line.isEmpty(); line = line(out)) {
      List<String> header = List.of(line.split(": ", 2));
      if (header.getFirst().equals("Status")) {
        status = Integer.parseInt(header.getLast().substring(0, 3));
        continue;
      }
      exchange.getResponseHeaders().add(header.getFirst(), header.getLast());
    }
    return status;
  }

  private static String line(InputStream out) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = out.read(); b >= 0 && b != '\n'; b = out.read()) {
      line.write(b);
    }
    return line.toString(ISO_8859_1).strip();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
