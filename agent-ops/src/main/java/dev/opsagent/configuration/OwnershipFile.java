package dev.opsagent.configuration;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.OwnershipMap.Fault;
import dev.opsagent.authority.OwnershipMap.Reading;
import dev.opsagent.configuration.OperatorFile.Loaded;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The operator's map of owners, from its file. */
public final class OwnershipFile {
  private static final OperatorFile FILE =
      new OperatorFile(
          "the map of owners",
          "policy.ownership",
          "schemas/ownership.schema.json",
          "policy check tries it without a worker");

  private OwnershipFile() {}

  /** Loads the operator's file, or the map that comes along when the operator names none. */
  public static Loaded<OwnershipMap> load(Optional<Path> file) {
    return file.isEmpty() ? new Loaded.Sound<>(OwnershipMap.standard()) : load(file.get());
  }

  private static Loaded<OwnershipMap> load(Path file) {
    return FILE.load(
        file,
        (tree, places) ->
            switch (OwnershipMap.read(tree)) {
              case Reading.Proved(OwnershipMap map) -> new Loaded.Sound<>(map);
              case Reading.Refused(List<Fault> faults) ->
                  new Loaded.Unsound<>(
                      FILE, faults.stream().map(it -> problem(it, places)).toList());
            });
  }

  private static Problem problem(Fault fault, YamlPlaces places) {
    return new Problem(places.of(fault.field()), fault.cause(), fault.fix());
  }
}
