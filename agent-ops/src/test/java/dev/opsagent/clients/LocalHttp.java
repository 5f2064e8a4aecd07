package dev.opsagent.clients;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** Reads a page of a server on this machine. */
final class LocalHttp {
  private LocalHttp() {}

  /** The page, also when the server says with it that something is wrong. */
  static String whatever(InetSocketAddress server, String path) throws InterruptedException {
    URI page = URI.create("http://127.0.0.1:" + server.getPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String get(InetSocketAddress server, String path) {
    URI page = URI.create("http://127.0.0.1:" + server.getPort() + path);
    try (InputStream in = page.toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
