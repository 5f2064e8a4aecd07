package dev.opsagent.clients;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Reads a page of a server on this machine. */
final class LocalHttp {
  private LocalHttp() {}

  static String get(InetSocketAddress server, String path) {
    URI page = URI.create("http://127.0.0.1:" + server.getPort() + path);
    try (InputStream in = page.toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
