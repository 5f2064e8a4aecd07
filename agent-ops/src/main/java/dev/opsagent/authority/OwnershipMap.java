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
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * Which agent owns which path of a repository. Tiers come in order, and the first one that knows a
 * path decides; within a tier no path has two owners, and no path is without one. Both are proved
 * when the map is read. Git's own files belong to Version Control whatever a map says.
 */
public final class OwnershipMap {
  private static final String STANDARD = "ownership.yaml";

  /**
   * The digest of the map in the jar, which a test reads and proves: a worker with that very map
   * need not prove it at each start.
   */
  static final String PROVED =
      "sha256:d513d6942231fff76ee102dac64f67c1bbc8e73b96c895dc5107b55bd0607325";

  private final String digest;
  private final Supplier<Content> content;

  private OwnershipMap(String digest, Supplier<Content> content) {
    this.digest = digest;
    this.content = content;
  }

  /** What a map says, compiled. */
  private record Content(
      List<RankedGlob> globs,
      CompiledGlobs exact,
      CompiledGlobs twins,
      List<Marker> markers,
      List<SharedFile> shared) {
    Content {
      markers = List.copyOf(markers);
      shared = List.copyOf(shared);
    }

    /**
     * Compiles the map.
     *
     * @param faults takes everything that is wrong with its parts
     * @throws IllegalArgumentException when its globs are too many and too much alike
     */
    static Optional<Content> of(OwnershipDocument document, List<Fault> faults) {
      List<RankedGlob> globs = RankedGlob.of(document, faults);
      SharedReading reading = new SharedReading(faults);
      List<Marker> markers = reading.markers(document.markers());
      List<SharedFile> shared = reading.files(document.shared());
      if (!faults.isEmpty()) {
        return Optional.empty();
      }
      CompiledGlobs exact = CompiledGlobs.of(texts(globs));
      CompiledGlobs twins =
          CompiledGlobs.of(globs.stream().map(it -> it.folded().toString()).toList());
      return Optional.of(new Content(globs, exact, twins, markers, shared));
    }
  }

  /** The map in the jar, read when it is first asked. */
  private static final class Shipped {
    static final Content CONTENT = read();

    private static Content read() {
      JsonNode tree = Json.readYamlTree(standardText());
      if (!digest(tree).equals(PROVED)) {
        throw new IllegalStateException("the map in the jar is not the one that was proved");
      }
      return Content.of(Json.bind(tree, OwnershipDocument.class), new ArrayList<>())
          .orElseThrow(() -> new IllegalStateException("a map that was proved has no fault"));
    }
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
      return prove(Json.bind(tree, OwnershipDocument.class), digest(tree));
    } catch (InvalidMessage invalid) {
      String cause = String.valueOf(invalid.getMessage());
      String fix = "correct it; schemas/ownership.schema.json says what a map may hold";
      return new Reading.Refused(List.of(new Fault(invalid.field(), cause, fix)));
    }
  }

  private static Reading prove(OwnershipDocument document, String digest) {
    List<Fault> faults = new ArrayList<>();
    try {
      Optional<Content> compiled = Content.of(document, faults);
      if (compiled.isEmpty()) {
        return new Reading.Refused(faults);
      }
      Content content = compiled.orElseThrow();
      List<Fault> unproved =
          OwnershipProof.faults(content.globs(), content.exact(), content.twins());
      return unproved.isEmpty()
          ? new Reading.Proved(new OwnershipMap(digest, () -> content))
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

  private static String digest(JsonNode tree) {
    return Digests.sha256(Json.canonical(tree));
  }

  /**
   * The map that holds where the operator names no other. It is read when it is first asked for a
   * judgement, or by {@link #prepare}.
   */
  public static OwnershipMap standard() {
    return new OwnershipMap(PROVED, () -> Shipped.CONTENT);
  }

  /** Makes the map ready to judge, which takes a while the first time. */
  public void prepare() {
    var _ = content.get();
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
    Content map = content.get();
    return folded.isEmpty()
        ? Judgement.SPELLING
        : Judgement.stricter(
            map.globs().get(map.exact().decide(path)).judgement(),
            map.globs().get(map.twins().decide(folded.get())).judgement());
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
    return content.get().markers().stream().filter(it -> it.appliesTo(folded)).toList();
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
    return content.get().shared().stream()
        .filter(it -> it.rest() == owner && it.isAt(path, folded))
        .findFirst();
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
        content.get().globs().stream()
            .filter(it -> it.glob().matches(path))
            .map(OwnershipMap::claim)
            .toList();
    List<Explanation.Claim> ofTwins =
        content.get().globs().stream()
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
    List<RankedGlob> globs = content.get().globs();
    List<RankedGlob> others = other.content.get().globs();
    List<CompiledGlobs> both = CompiledGlobs.together(List.of(texts(globs), texts(others)));
    try {
      return Optional.of(OwnershipChange.between(both.getFirst(), globs, both.getLast(), others));
    } catch (PathStates.Full tooDifferent) {
      return Optional.empty();
    }
  }
}
