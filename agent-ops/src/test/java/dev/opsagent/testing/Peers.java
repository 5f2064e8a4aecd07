package dev.opsagent.testing;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;

/**
 * The programs and services of the machine that tests need. A test whose peer is missing is skipped
 * with a line that says what to install; where {@code OPS_TEST_REQUIRE=all} is set, it fails.
 */
public final class Peers {
  private Peers() {}

  /** Requires a program on the PATH and returns where it is. */
  public static Path require(String program, String fix) {
    Optional<Path> found = find(program);
    require(program, found::isPresent, fix);
    return found.orElseThrow();
  }

  /** Requires anything that can be asked, such as an engine that answers. */
  public static void require(String peer, BooleanSupplier present, String fix) {
    if (present.getAsBoolean()) {
      return;
    }
    String line = peer + " is missing: " + fix;
    if ("all".equals(System.getenv("OPS_TEST_REQUIRE"))) {
      fail(line);
    }
    Assumptions.abort(line);
  }

  /** The PATH of the tests. */
  public static String searchPath() {
    return Optional.ofNullable(System.getenv("PATH")).orElse("");
  }

  private static Optional<Path> find(String program) {
    return Arrays.stream(searchPath().split(File.pathSeparator, -1))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
