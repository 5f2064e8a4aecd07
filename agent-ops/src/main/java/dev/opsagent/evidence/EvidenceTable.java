package dev.opsagent.evidence;

import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.Evidence.Subject;
import dev.opsagent.protocol.EvidenceKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The last word of each issuer on each subject. What is known of a commit is kept or forgotten as a
 * whole: a word that passed must never outlive a later one that did not.
 */
public final class EvidenceTable {
  private final int most;
  private final int mostPerCommit;
  private final Map<String, Group> byCommit = new LinkedHashMap<>();
  private final Map<String, Set<String>> byImage = new HashMap<>();
  private final Map<String, Set<String>> byVersion = new HashMap<>();
  private int size;

  /**
   * A piece of evidence and where it lies.
   *
   * @param address {@code topic/partition@offset}
   * @param upheld whether whoever signed it is still believed; asked each time, and fast
   */
  public record Piece(Evidence evidence, String address, BooleanSupplier upheld) {
    /** One that nobody can disown. */
    public Piece(Evidence evidence, String address) {
      this(evidence, address, () -> true);
    }

    /** Whether it takes the place of the other, of the same issuer and kind. */
    boolean overrides(Piece other) {
      return ORDER.compare(this, other) > 0;
    }

    boolean isNegative() {
      return evidence.result() != Result.PASSED;
    }
  }

  /**
   * What the topic held before this worker began: nothing of it counts before it is read.
   *
   * @param subject what it says it is about
   * @param expiresAt what it says of its end
   * @param reading reads it and judges whose word it is; empty when it does not count
   */
  public record Unread(Subject subject, Instant expiresAt, Supplier<Optional<Piece>> reading) {}

  /** By the issuer's own count, then by time; of two equal ones the negative one stands. */
  static final Comparator<Piece> ORDER =
      Comparator.<Piece>comparingLong(it -> it.evidence().sequence())
          .thenComparing(it -> it.evidence().issuedAt())
          .thenComparing(Piece::isNegative);

  private record Key(EvidenceKind kind, String issuer, Subject subject) {
    static Key of(Evidence evidence) {
      return new Key(evidence.kind(), evidence.issuer(), evidence.subject());
    }
  }

  /** What is known of one commit; of one with too much nothing counts any more. */
  private static final class Group {
    private final Map<Key, Piece> pieces = new HashMap<>();
    private final List<Unread> unread = new ArrayList<>();
    private boolean flooded;
    private Instant lasts = Instant.MIN;

    int size() {
      return pieces.size() + unread.size();
    }
  }

  /**
   * @param most pieces that are kept; of more the commits go that were heard of longest ago
   * @param mostPerCommit pieces about one commit
   */
  public EvidenceTable(int most, int mostPerCommit) {
    this.most = most;
    this.mostPerCommit = mostPerCommit;
  }

  /**
   * Takes a piece in, in whichever order they come.
   *
   * @return whether anything changed by it
   */
  public synchronized boolean put(Piece piece) {
    Subject subject = piece.evidence().subject();
    Group group = heardOf(subject.commit(), piece.evidence().expiresAt());
    if (group.flooded || !take(group, piece)) {
      return false;
    }
    bound(subject.commit(), group);
    return true;
  }

  /** Keeps what is read when somebody asks about its commit: most of it nobody ever asks for. */
  public synchronized void defer(Unread unread) {
    String commit = unread.subject().commit();
    Group group = heardOf(commit, unread.expiresAt());
    if (!group.flooded) {
      group.unread.add(unread);
      size++;
      index(unread.subject(), EvidenceTable::link);
      bound(commit, group);
    }
  }

  /** The last one heard of is the last to go. */
  private Group heardOf(String commit, Instant until) {
    Group group = Optional.ofNullable(byCommit.remove(commit)).orElseGet(Group::new);
    group.lasts = group.lasts.isBefore(until) ? until : group.lasts;
    byCommit.put(commit, group);
    return group;
  }

  private boolean take(Group group, Piece piece) {
    Key key = Key.of(piece.evidence());
    Piece before = group.pieces.get(key);
    if (before != null && !piece.overrides(before)) {
      return false;
    }
    group.pieces.put(key, piece);
    size += before == null ? 1 : 0;
    index(piece.evidence().subject(), EvidenceTable::link);
    return true;
  }

  /** Only what counts may drown a commit: strangers may write to the topic as well. */
  private void bound(String commit, Group group) {
    if (group.size() > mostPerCommit) {
      read(commit, group);
    }
    if (group.size() > mostPerCommit) {
      empty(group);
      group.flooded = true;
    }
    while (size > most) {
      forget(byCommit.keySet().iterator().next());
    }
  }

  private void read(String commit, Group group) {
    List<Unread> waiting = List.copyOf(group.unread);
    group.unread.clear();
    size -= waiting.size();
    waiting.forEach(one -> index(one.subject(), EvidenceTable::unlink));
    group.pieces.values().forEach(it -> index(it.evidence().subject(), EvidenceTable::link));
    for (Unread one : waiting) {
      // What it only said it was about, it may turn out not to be.
      one.reading()
          .get()
          .filter(it -> it.evidence().subject().commit().equals(commit))
          .ifPresent(it -> take(group, it));
    }
  }

  private void index(Subject subject, Indexing how) {
    subject.imageDigest().ifPresent(it -> how.apply(byImage, it, subject.commit()));
    subject
        .packageVersion()
        .ifPresent(it -> how.apply(byVersion, release(subject.repository(), it), subject.commit()));
  }

  /** A version says nothing without the repository that it is a version of. */
  private static String release(String repository, String version) {
    return Repositories.plain(repository) + " " + version;
  }

  private interface Indexing {
    void apply(Map<String, Set<String>> index, String name, String commit);
  }

  private static void link(Map<String, Set<String>> index, String name, String commit) {
    index.computeIfAbsent(name, _ -> new HashSet<>()).add(commit);
  }

  private void forget(String commit) {
    Optional.ofNullable(byCommit.remove(commit)).ifPresent(this::empty);
  }

  private void empty(Group group) {
    size -= group.size();
    group.pieces.values().forEach(it -> index(it.evidence().subject(), EvidenceTable::unlink));
    group.unread.forEach(it -> index(it.subject(), EvidenceTable::unlink));
    group.pieces.clear();
    group.unread.clear();
  }

  private static void unlink(Map<String, Set<String>> index, String name, String commit) {
    index.computeIfPresent(
        name,
        (_, commits) -> {
          commits.remove(commit);
          return commits.isEmpty() ? null : commits;
        });
  }

  /** Forgets the commits of which nothing counts any more since the instant. */
  public synchronized void forgetExpired(Instant before) {
    List<String> gone =
        byCommit.entrySet().stream()
            .filter(it -> it.getValue().lasts.isBefore(before))
            .map(Map.Entry::getKey)
            .toList();
    gone.forEach(this::forget);
  }

  /** How many pieces are known. */
  public synchronized int size() {
    return size;
  }

  /** Whether more was said about the commit than is kept, so that nothing of it counts. */
  synchronized boolean isFlooded(String commit) {
    return Optional.ofNullable(byCommit.get(commit)).filter(it -> it.flooded).isPresent();
  }

  /** What is known of the commit. */
  synchronized Collection<Piece> ofCommit(String commit) {
    Group group = byCommit.get(commit);
    if (group == null) {
      return List.of();
    }
    read(commit, group);
    return List.copyOf(group.pieces.values());
  }

  /** The commits of which evidence names the image. */
  synchronized Set<String> commitsOfImage(String digest) {
    return Set.copyOf(byImage.getOrDefault(digest, Set.of()));
  }

  /** The commits of which evidence names the version of the repository's package. */
  synchronized Set<String> commitsOfVersion(String repository, String version) {
    return Set.copyOf(byVersion.getOrDefault(release(repository, version), Set.of()));
  }
}
