package dev.opsagent.authority;

import java.util.List;

/**
 * A file of one owner in which single values belong to another.
 *
 * @param rest who owns the file and every value that no pointer names; where the path has another
 *     owner, the file is not shared at all
 * @param paths where it lies, in lower case for twins
 */
public record SharedFile(
    String name,
    Owner rest,
    SharedDocument.Format format,
    List<PathGlob> paths,
    List<PathGlob> twins,
    List<Part> parts) {
  public SharedFile {
    paths = List.copyOf(paths);
    twins = List.copyOf(twins);
    parts = List.copyOf(parts);
  }

  /**
   * Values of one owner.
   *
   * @param at globs over pointers
   */
  public record Part(Owner owner, List<PathGlob> at) {
    public Part {
      at = List.copyOf(at);
    }
  }

  boolean isAt(String path, String folded) {
    return paths.stream().anyMatch(it -> it.matches(path))
        && twins.stream().anyMatch(it -> it.matches(folded));
  }

  /** A value belongs to the owner of the pointer at or above it, else to that of the file. */
  Judgement judge(String pointer, Judgement whole) {
    return parts.stream()
        .filter(part -> part.at().stream().anyMatch(it -> it.matches(pointer)))
        .findFirst()
        .map(part -> new Judgement(part.owner(), "shared/" + name))
        .orElse(whole);
  }

  /** Who owns a change that cannot be told value by value: the file's owner, unless that widens. */
  Judgement undivided(Judgement whole) {
    return parts.stream()
        .map(Part::owner)
        .filter(Owner::isForeign)
        .findFirst()
        .filter(_ -> !whole.owner().isForeign())
        .map(owner -> new Judgement(owner, "shared/" + name + " (cannot be divided)"))
        .orElse(whole);
  }

  boolean givesAnythingToOps() {
    return parts.stream().anyMatch(part -> part.owner() == Owner.OPS);
  }
}
