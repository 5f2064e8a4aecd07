package dev.opsagent.authority;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Reads the globs of the map, more strictly than {@link PathGlob} does. */
final class Globs {
  private Globs() {}

  /**
   * Globs over paths by the place where each stands.
   *
   * @param faults takes those that cannot be read
   */
  static Map<String, PathGlob> paths(
      List<String> globs, String field, List<OwnershipMap.Fault> faults) {
    return read(globs, field, Globs::path, faults);
  }

  /** Globs over pointers, in which a name may be empty. */
  static Map<String, PathGlob> pointers(
      List<String> globs, String field, List<OwnershipMap.Fault> faults) {
    return read(globs, field, PathGlob::of, faults);
  }

  private static Map<String, PathGlob> read(
      List<String> globs,
      String field,
      Function<String, PathGlob> reading,
      List<OwnershipMap.Fault> faults) {
    Map<String, PathGlob> read = new LinkedHashMap<>();
    for (int i = 0; i < globs.size(); i++) {
      String place = field + "[" + i + "]";
      try {
        read.put(place, reading.apply(globs.get(i)));
      } catch (IllegalArgumentException broken) {
        faults.add(
            new OwnershipMap.Fault(
                place,
                "is no glob: " + broken.getMessage(),
                "write *, ?, **/ and {a,b}; ** stands alone between slashes"));
      }
    }
    return read;
  }

  private static PathGlob path(String glob) {
    SegmentedGlob.of(0, glob, new NamePatterns());
    return PathGlob.of(glob);
  }
}
