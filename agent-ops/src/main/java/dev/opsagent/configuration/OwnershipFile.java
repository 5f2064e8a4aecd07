package dev.opsagent.configuration;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.OwnershipMap.Fault;
import dev.opsagent.authority.OwnershipMap.Reading;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The operator's map of owners, from its file. A file that cannot be used is never replaced. */
public final class OwnershipFile {
  private OwnershipFile() {}

  /** What loading came to. */
  public sealed interface Loaded {
    /** A map that is proved. */
    record Sound(OwnershipMap map) implements Loaded {}

    /** Everything that is wrong with the file, in its order. */
    record Unsound(List<Problem> problems) implements Loaded {
      public Unsound {
        problems = List.copyOf(problems);
      }

      /** All of it as one failure. */
      public Failure failure() {
        return Failure.of(
            ReasonCode.CONFIGURATION,
            "use the map of owners",
            problems.stream().map(Problem::toString).collect(Collectors.joining("\n")),
            "correct it; policy check tries it without a worker");
      }
    }
  }

  /** Loads the operator's file, or the map that comes along when the operator names none. */
  public static Loaded load(Optional<Path> file) {
    return file.isEmpty() ? new Loaded.Sound(OwnershipMap.standard()) : load(file.get());
  }

  private static Loaded load(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in.readNBytes(Json.MAX_BYTES + 1));
    } catch (IOException unreadable) {
      return new Loaded.Unsound(
          List.of(
              new Problem(
                  new Origin.File(file.toString(), 1, 1),
                  "the map of owners cannot be read",
                  "name a file that can be read in policy.ownership, or none")));
    }
  }

  private static Loaded read(String name, byte[] yaml) {
    YamlPlaces places = YamlPlaces.of(name, yaml);
    try {
      return switch (OwnershipMap.read(Json.readYamlTree(yaml))) {
        case Reading.Proved(OwnershipMap map) -> new Loaded.Sound(map);
        case Reading.Refused(List<Fault> faults) ->
            new Loaded.Unsound(faults.stream().map(it -> problem(it, places)).toList());
      };
    } catch (InvalidMessage broken) {
      String cause = String.valueOf(broken.getMessage());
      return new Loaded.Unsound(
          List.of(new Problem(places.of(broken.field()), cause, "correct the syntax there")));
    }
  }

  private static Problem problem(Fault fault, YamlPlaces places) {
    return new Problem(places.of(fault.field()), fault.cause(), fault.fix());
  }
}
