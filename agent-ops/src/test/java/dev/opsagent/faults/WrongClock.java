package dev.opsagent.faults;

import dev.opsagent.testing.Peers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A wall clock of one process that the test sets, by libfaketime; monotonic time stays true. */
record WrongClock(Path library, Path file) {
  static WrongClock off(Path file, Duration by) {
    Optional<Path> library = installed();
    Peers.require("libfaketime", library::isPresent, "apt-get install libfaketime");
    WrongClock clock = new WrongClock(library.orElseThrow(), file);
    clock.set(by);
    return clock;
  }

  private static Optional<Path> installed() {
    Path all = Path.of("/usr/lib");
    try (Stream<Path> machines = Files.list(all)) {
      return machines
          .map(machine -> machine.resolve("faketime/libfaketimeMT.so.1"))
          .filter(Files::exists)
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on the clock is wrong by so much. */
  void set(Duration by) {
    try {
      Path next = file.resolveSibling(file.getFileName() + ".next");
      Files.writeString(next, "%+d\n".formatted(by.toSeconds()));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How a worker with this clock is started. */
  Fleet.Start start(Fleet fleet) {
    return new Fleet.Start(
        fleet.layout.bootstrap(),
        List.of(),
        Map.of(
            "LD_PRELOAD",
            library.toString(),
            "FAKETIME_TIMESTAMP_FILE",
            file.toString(),
            "FAKETIME_NO_CACHE",
            "1",
            "DONT_FAKE_MONOTONIC",
            "1"));
  }
}
