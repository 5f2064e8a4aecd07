package dev.opsagent.cli;

import dev.opsagent.authority.RepositoryPath;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Paths from stdin, one a line; what is too long to be one is cut, and so refused later. */
final class PathLines {
  private final BufferedReader reader;
  private final StringBuilder line = new StringBuilder();

  PathLines(InputStream in) {
    this.reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
  }

  /** Whether more is there without waiting. */
  boolean ready() throws IOException {
    return reader.ready();
  }

  /** The next line; empty at the end. */
  Optional<String> next() throws IOException {
    line.setLength(0);
    int c = reader.read();
    if (c < 0) {
      return Optional.empty();
    }
    while (c >= 0 && c != '\n') {
      if (line.length() <= RepositoryPath.MAX_LENGTH) {
        line.append((char) c);
      }
      c = reader.read();
    }
    return Optional.of(line.toString());
  }
}
