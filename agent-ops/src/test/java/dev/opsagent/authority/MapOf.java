package dev.opsagent.authority;

import dev.opsagent.authority.OwnershipMap.Fault;
import dev.opsagent.authority.OwnershipMap.Reading;
import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Maps written in a few lines. */
final class MapOf {
  private MapOf() {}

  /** Reads tiers that are written below {@code tiers:}. */
  static Reading tiers(String tiers) {
    return text("version: 1\ntiers:\n" + tiers + "markers: []\nshared: []\n");
  }

  static Reading text(String yaml) {
    return OwnershipMap.read(Json.readYamlTree(yaml.getBytes(StandardCharsets.UTF_8)));
  }

  static OwnershipMap proved(Reading reading) {
    return switch (reading) {
      case Reading.Proved(OwnershipMap map) -> map;
      case Reading.Refused(List<Fault> faults) -> throw new AssertionError(faults);
    };
  }

  static List<Fault> faults(Reading reading) {
    return switch (reading) {
      case Reading.Proved _ -> List.of();
      case Reading.Refused(List<Fault> faults) -> faults;
    };
  }
}
