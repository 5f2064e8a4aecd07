package dev.opsagent.cli;

import dev.opsagent.console.RedactedOutput;
import dev.opsagent.redaction.Redactor;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * What a command finds around it when it is called.
 *
 * @param directory where relative file names start
 * @param out data, nothing else
 * @param err everything said to a person beside the data
 * @param terminal whether a person's terminal shows {@code out}
 */
record Surroundings(
    Map<String, String> environment,
    Path directory,
    Path home,
    InputStream in,
    PrintWriter out,
    PrintWriter err,
    boolean terminal,
    InstantSource clock) {

  /** Those of this process. */
  static Surroundings ofProcess() {
    return new Surroundings(
        System.getenv(),
        Path.of("").toAbsolutePath(),
        Path.of(System.getProperty("user.home")),
        System.in,
        writer(System.out),
        writer(System.err),
        showsOutput(),
        InstantSource.system());
  }

  /** A command knows no secret; what looks like one is hidden all the same. */
  private static PrintWriter writer(OutputStream out) {
    Redactor redactor = Redactor.of(Map.of());
    return new PrintWriter(new RedactedOutput(out, redactor), true, StandardCharsets.UTF_8);
  }

  /** Who speaks, unless a command is told otherwise. */
  String user() {
    return environment.getOrDefault("USER", "operator");
  }

  int width() {
    return size("COLUMNS", 80);
  }

  /** One line less than the terminal has, which keeps the cursor's own line free. */
  int height() {
    return size("LINES", 24) - 1;
  }

  private int size(String variable, int standard) {
    String value = environment.getOrDefault(variable, "");
    return value.matches("\\d{2,4}") ? Integer.parseInt(value) : standard;
  }

  private static boolean showsOutput() {
    if (Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()) {
      return true;
    }
    // The console is no terminal when stdin is a pipe; what stdout is, Linux tells.
    Path stdout = Path.of("/proc/self/fd/1");
    if (!Files.exists(stdout, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try {
      String target = Files.readSymbolicLink(stdout).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException unknown) {
      return false;
    }
  }
}
