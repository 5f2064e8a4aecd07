package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Comparator;
import java.util.Optional;

/** What tells an object of a namespace from every other one; in the order of the kinds. */
record Named(ManifestKind kind, String name) implements Comparable<Named> {
  private static final Comparator<Named> ORDER =
      Comparator.comparing(Named::kind).thenComparing(Named::name);

  /**
   * That of an object.
   *
   * @throws IllegalArgumentException when it is of another kind than those that are taken
   */
  static Named of(HasMetadata object) {
    ManifestKind kind =
        ManifestKind.of(object.getApiVersion(), object.getKind())
            .orElseThrow(() -> new IllegalArgumentException(object.getKind()));
    return new Named(kind, object.getMetadata().getName());
  }

  /** As {@link #toString} wrote it. */
  static Optional<Named> of(String written) {
    String[] parts = written.split(" ", 2);
    return parts.length < 2
        ? Optional.empty()
        : ManifestKind.of(parts[0]).map(kind -> new Named(kind, parts[1]));
  }

  @Override
  public int compareTo(Named other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return kind.kind() + " " + name;
  }
}
