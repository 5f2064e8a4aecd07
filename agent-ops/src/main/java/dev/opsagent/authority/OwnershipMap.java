package dev.opsagent.authority;

import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.OwnershipSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Which agent owns which path of a repository. Tiers come in order, and the first one that knows a
 * path decides; within a tier no path has two owners, and no path is without one. Both are proved
 * when the map is read. Git's own files belong to Version Control whatever a map says.
 */
public final class OwnershipMap {
  private static final String STANDARD = "ownership.yaml";

  private final String digest;
  private final List<RankedGlob> globs;
  private final CompiledGlobs exact;
  private final CompiledGlobs twins;
  private final List<Marker> markers;
  private final List<SharedFile> shared;

  private OwnershipMap(
      String digest,
      List<RankedGlob> globs,
      CompiledGlobs exact,
      CompiledGlobs twins,
      List<Marker> markers,
      List<SharedFile> shared) {
    this.digest = digest;
    this.globs = globs;
    this.exact = exact;
    this.twins = twins;
    this.markers = List.copyOf(markers);
    this.shared = List.copyOf(shared);
  }

  /**
   * One thing that is wrong with a map.
   *
   * @param field where, such as {@code tiers[2].rules[0].paths[1]}
   */
  public record Fault(String field, String cause, String fix) {}

  /** What reading a map came to. */
  public sealed interface Reading {
    /** Total and disjoint. */
    record Proved(OwnershipMap map) implements Reading {}

    /** No map; everything that is wrong with it. */
    record Refused(List<Fault> faults) implements Reading {
      public Refused {
        faults = List.copyOf(faults);
      }
    }
  }

  /** Reads a map and proves it. */
  public static Reading read(JsonNode tree) {
    try {
      OwnershipSchema.validate(tree);
      return prove(Json.bind(tree, OwnershipDocument.class), Digests.sha256(Json.canonical(tree)));
    } catch (InvalidMessage invalid) {
      String cause = String.valueOf(invalid.getMessage());
      String fix = "correct it; schemas/ownership.schema.json says what a map may hold";
      return new Reading.Refused(List.of(new Fault(invalid.field(), cause, fix)));
    }
  }

  private static Reading prove(OwnershipDocument document, String digest) {
    List<Fault> faults = new ArrayList<>();
    List<RankedGlob> globs = RankedGlob.of(document, faults);
    SharedReading reading = new SharedReading(faults);
    List<Marker> markers = reading.markers(document.markers());
    List<SharedFile> shared = reading.files(document.shared());
    if (!faults.isEmpty()) {
      return new Reading.Refused(faults);
    }
    try {
      CompiledGlobs exact = CompiledGlobs.of(texts(globs));
      CompiledGlobs twins =
          CompiledGlobs.of(globs.stream().map(it -> it.folded().toString()).toList());
      List<Fault> unproved = OwnershipProof.faults(globs, exact, twins);
      return unproved.isEmpty()
          ? new Reading.Proved(new OwnershipMap(digest, globs, exact, twins, markers, shared))
          : new Reading.Refused(unproved);
    } catch (IllegalArgumentException | PathStates.Full tooLarge) {
      String cause = "cannot be proved: " + tooLarge.getMessage();
      return new Reading.Refused(
          List.of(new Fault("tiers", cause, "write fewer globs with a * in their middle")));
    }
  }

  private static List<String> texts(List<RankedGlob> globs) {
    return globs.stream().map(it -> it.glob().toString()).toList();
  }

  /** The map that holds where the operator names no other. */
  public static OwnershipMap standard() {
    return switch (read(Json.readYamlTree(standardText()))) {
      case Reading.Proved(OwnershipMap map) -> map;
      case Reading.Refused(List<Fault> faults) ->
          throw new IllegalStateException("the map in the jar is not sound: " + faults);
    };
  }

  /** The file from which {@link #standard} is made, to begin an own one with. */
  public static byte[] standardText() {
    try (InputStream file = OwnershipMap.class.getResourceAsStream(STANDARD)) {
      if (file == null) {
        throw new IllegalStateException("the jar lacks " + STANDARD);
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SHA-256 over the map's canonical JSON: the same for every layout of one content. */
  public String digest() {
    return digest;
  }

  /**
   * The owner of a path, as far as the path can tell. Where other spellings of it are another
   * agent's on some file system, that agent is the owner.
   *
   * @throws IllegalArgumentException when it is no such path (see {@link RepositoryPath#isPath})
   */
  public Judgement judge(String path) {
    if (!RepositoryPath.isPath(path)) {
      throw new IllegalArgumentException("not a normalised relative path");
    }
    Optional<String> folded = RepositoryPath.folded(path);
    return folded.isEmpty()
        ? Judgement.SPELLING
        : Judgement.stricter(
            globs.get(exact.decide(path)).judgement(),
            globs.get(twins.decide(folded.get())).judgement());
  }

  /** The owner of a path whose content is known: a marker in it may take it from Ops. */
  public Judgement judge(String path, byte[] content) {
    Judgement byPath = judge(path);
    return markersOf(path, byPath).stream()
        .filter(it -> it.marks(content))
        .findFirst()
        .map(Marker::judgement)
        .orElse(byPath);
  }

  /** Whether the content of the path may say more than the path does. */
  public boolean dependsOnContent(String path) {
    return !markersOf(path, judge(path)).isEmpty();
  }

  private List<Marker> markersOf(String path, Judgement byPath) {
    if (byPath.owner() != Owner.OPS) {
      return List.of();
    }
    String folded = RepositoryPath.folded(path).orElse(path);
    return markers.stream().filter(it -> it.appliesTo(folded)).toList();
  }

  /**
   * The owner of one value inside a file.
   *
   * @param pointer JSON pointer; {@link SharedDocument} tells how other formats have them
   */
  public Judgement judge(String path, String pointer) {
    Judgement whole = judge(path);
    return shared(path).map(it -> it.judge(pointer, whole)).orElse(whole);
  }

  /** How the values of the file at the path are divided, if they are. */
  public Optional<SharedFile> shared(String path) {
    Owner owner = judge(path).owner();
    String folded = RepositoryPath.folded(path).orElse(path);
    return shared.stream().filter(it -> it.rest() == owner && it.isAt(path, folded)).findFirst();
  }

  /**
   * Judges what a plan declares that it will write.
   *
   * @param declared a path, or {@code path#pointer}; of a shared file without a pointer it is
   *     enough that Ops owns values in it
   * @return why it may not be written; empty when it may
   */
  public Optional<Judgement> refusal(String declared) {
    int mark = declared.indexOf('#');
    String path = mark < 0 ? declared : declared.substring(0, mark);
    if (!RepositoryPath.isPath(path)) {
      return Optional.of(new Judgement(Owner.VERSION_CONTROL, "built-in/not-a-path"));
    }
    Judgement judged = mark < 0 ? judge(path) : judge(path, declared.substring(mark + 1));
    boolean partly = mark < 0 && shared(path).filter(SharedFile::givesAnythingToOps).isPresent();
    return judged.owner() == Owner.OPS || partly ? Optional.empty() : Optional.of(judged);
  }

  /** Everything that the map has to say about a path. */
  public Explanation explain(String path) {
    Judgement judgement = judge(path);
    Optional<String> folded = RepositoryPath.folded(path);
    List<Explanation.Claim> claims =
        globs.stream().filter(it -> it.glob().matches(path)).map(OwnershipMap::claim).toList();
    List<Explanation.Claim> ofTwins =
        globs.stream()
            .filter(it -> folded.filter(it.folded()::matches).isPresent())
            .map(OwnershipMap::claim)
            .filter(it -> !claims.contains(it))
            .toList();
    List<Explanation.Content> contents =
        markersOf(path, judgement).stream()
            .map(it -> new Explanation.Content(it.judgement(), it.lines()))
            .toList();
    return new Explanation(
        path, judgement, claims, folded, ofTwins, contents, shared(path).map(OwnershipMap::parts));
  }

  private static Explanation.Claim claim(RankedGlob glob) {
    return new Explanation.Claim(glob.judgement(), glob.tier() + 1, glob.glob().toString());
  }

  private static Explanation.Values parts(SharedFile file) {
    List<Explanation.Value> values =
        file.parts().stream()
            .flatMap(part ->
                part.at().stream().map(at -> new Explanation.Value(part.owner(), at.toString())))
            .toList();
    return new Explanation.Values("shared/" + file.name(), file.rest(), values);
  }

  /**
   * Paths that another map gives to another owner, one example for each pair of rules; empty when
   * the maps are too different to be compared.
   */
  public Optional<List<OwnershipChange>> changesTo(OwnershipMap other) {
    List<CompiledGlobs> both = CompiledGlobs.together(List.of(texts(globs), texts(other.globs)));
    try {
      return Optional.of(
          OwnershipChange.between(both.getFirst(), globs, both.getLast(), other.globs));
    } catch (PathStates.Full tooDifferent) {
      return Optional.empty();
    }
  }
}
