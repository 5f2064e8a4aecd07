package dev.opsagent.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.sandbox.WallLevel.Gap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One attempt to get out, as {@code escapes.txt} tells it.
 *
 * @param language what runs the script
 * @param needsRoot whether it takes root where there is no wall
 * @param network whether a TCP port is declared
 * @param gap what a level that lets it happen says that it does not cover
 */
record Escape(
    String name,
    String language,
    String script,
    boolean needsRoot,
    boolean network,
    Optional<Gap> gap) {
  private static final String PRELUDE =
      """
      import ctypes, os, socket, struct, sys, time
      E = os.environ; OUT = E['OUT']; WORK = E['WORK']; VICTIM = E['VICTIM']; WORKER = E['WORKER']
      libc = ctypes.CDLL(None, use_errno=True)
      def nr(x86, arm): return x86 if os.uname().machine == 'x86_64' else arm
      def call(number, *rest):
          wide = [ctypes.c_long(r) if isinstance(r, int) else r for r in rest]
          return libc.syscall(ctypes.c_long(number), *wide)
      def escaped(): print('ESCAPED'); sys.stdout.flush()
      """;

  static List<Escape> all() {
    List<Escape> all = new ArrayList<>();
    for (String section : text().split("(?m)^== ", -1)) {
      if (!section.isBlank() && !section.startsWith("#")) {
        all.add(parse(section));
      }
    }
    return all;
  }

  private static String text() {
    try (InputStream file = Escape.class.getResourceAsStream("/sandbox/escapes.txt")) {
      return new String(Objects.requireNonNull(file).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Escape parse(String section) {
    int end = section.indexOf('\n');
    List<String> words = List.of(section.substring(0, end).split(" ", -1));
    Set<String> marks = Set.copyOf(words.subList(2, words.size()));
    Optional<Gap> gap =
        marks.stream()
            .filter(mark -> mark.startsWith("gap="))
            .map(mark -> Gap.valueOf(mark.substring(4)))
            .findFirst();
    return new Escape(
        words.get(0),
        words.get(1),
        section.substring(end + 1),
        marks.contains("root"),
        marks.contains("tcp"),
        gap);
  }

  /** The argument list that runs it. */
  List<String> command() {
    return switch (language) {
      case "sh" -> List.of("sh", "-c", script);
      case "python3" -> List.of("python3", "-c", PRELUDE + script);
      case "node" -> List.of("node", "-e", script);
      case "perl" -> List.of("perl", "-e", script);
      case "npm" ->
          List.of("npm", "run", "attack", "--no-update-notifier", "--logs-max=0", "--offline");
      default -> throw new IllegalArgumentException(language);
    };
  }

  @Override
  public String toString() {
    return name;
  }
}
