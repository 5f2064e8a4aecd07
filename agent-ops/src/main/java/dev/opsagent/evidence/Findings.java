package dev.opsagent.evidence;

import dev.opsagent.evidence.EvidenceTable.Piece;
import dev.opsagent.evidence.GatePolicy.Ask;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.EvidenceKind;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.GateReport.EvidenceCheck;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known about one subject on one environment. What has passed counts only when it names all
 * that the subject is pinned to; what has not counts already when it does not speak of something
 * else.
 */
final class Findings {
  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final int MOST_COMMITS = 64;

  private final EvidenceTable table;
  private final Subject subject;
  private final String environment;
  private final Instant now;
  private final Set<String> commits;

  Findings(EvidenceTable table, Subject subject, String environment, Instant now) {
    this.table = table;
    this.subject = subject;
    this.environment = environment;
    this.now = now;
    this.commits = commits();
  }

  /** The commits that evidence may be about: those of the subject, or of whatever names it. */
  private Set<String> commits() {
    Set<String> all = new LinkedHashSet<>(subject.commits());
    subject.imageDigest().ifPresent(it -> all.addAll(table.commitsOfImage(it)));
    subject
        .packageVersion()
        .flatMap(version -> subject.repository().map(it -> table.commitsOfVersion(it, version)))
        .ifPresent(all::addAll);
    return all;
  }

  /** The answers to what is asked for, in the order of the asking. */
  List<EvidenceCheck> answer(Map<Ask, List<String>> asks) {
    Map<Ask, EvidenceCheck> answers = new LinkedHashMap<>();
    asks.forEach((ask, rules) -> answers.put(ask, check(ask, rules, commits, false)));
    if (subject.commits().isEmpty()) {
      // Only evidence tells which commit it is: what is said of a commit counts for that one.
      Set<String> vouched = vouched(answers);
      asks.forEach((ask, rules) -> {
        if (isOfCommit(ask.kind()) && !vouched.isEmpty()) {
          answers.put(ask, check(ask, rules, vouched, true));
        }
      });
    }
    return List.copyOf(answers.values());
  }

  /** The commit that all the evidence agrees on which names the subject itself. */
  private Set<String> vouched(Map<Ask, EvidenceCheck> answers) {
    Set<String> named = new LinkedHashSet<>();
    for (Map.Entry<Ask, EvidenceCheck> answer : answers.entrySet()) {
      if (answer.getValue().satisfied() && !isOfCommit(answer.getKey().kind())) {
        tops(answer.getKey(), commits, false).stream()
            .filter(it -> !it.isNegative() && !isOver(it, answer.getKey()))
            .forEach(it -> named.add(it.evidence().subject().commit()));
      }
    }
    return named.size() == 1 ? named : Set.of();
  }

  /** Whether the kind is about a commit by its nature, and never about what is built of it. */
  private static boolean isOfCommit(EvidenceKind kind) {
    return switch (kind) {
      case RELEASE_TAG, ENGINEER_CHANGE, DOCS_PUBLISHED -> true;
      case QA_RESULT, SECURITY_CLEARANCE -> false;
    };
  }

  /**
   * @param ofCommit whether a word on the commit alone counts
   */
  private EvidenceCheck check(Ask ask, List<String> rules, Set<String> among, boolean ofCommit) {
    if (among.size() > MOST_COMMITS || among.stream().anyMatch(table::isFlooded)) {
      return told(ask, rules, false, "more was said about it than can be judged", List.of());
    }
    List<Piece> tops = tops(ask, among, ofCommit);
    List<Piece> bad = tops.stream().filter(it -> it.isNegative() && !isOver(it, ask)).toList();
    if (!bad.isEmpty()) {
      Evidence worst = bad.getFirst().evidence();
      return told(ask, rules, false, worst.result() + " by " + worst.issuer(), bad);
    }
    List<Piece> good = tops.stream().filter(it -> !it.isNegative() && !isOver(it, ask)).toList();
    if (!good.isEmpty()) {
      return told(ask, rules, true, "passed", good);
    }
    if (ask.whenExists()) {
      return told(ask, rules, true, "none exists", List.of());
    }
    return told(ask, rules, false, absence(ask, tops), tops);
  }

  private static String absence(Ask ask, List<Piece> tops) {
    return tops.stream()
        .filter(it -> !it.isNegative())
        .map(it ->
            "%s's of %s no longer counts"
                .formatted(it.evidence().issuer(), it.evidence().issuedAt()))
        .findFirst()
        .orElse(
            "none was sent"
                + (ask.from().isEmpty() ? "" : " by " + String.join(" or ", ask.from())));
  }

  /** The last word of each issuer that is heard. */
  private List<Piece> tops(Ask ask, Set<String> among, boolean ofCommit) {
    Map<String, Piece> tops = new LinkedHashMap<>();
    for (String commit : among) {
      for (Piece piece : table.ofCommit(commit)) {
        Evidence said = piece.evidence();
        boolean counts =
            (piece.isNegative() || ofCommit || passes(piece)) && piece.upheld().getAsBoolean();
        if (said.kind() == ask.kind() && ask.hears(said.issuer()) && speaksOf(said) && counts) {
          tops.merge(said.issuer(), piece, (one, other) -> other.overrides(one) ? other : one);
        }
      }
    }
    return tops.values().stream()
        .sorted(Comparator.comparing((Piece it) -> it.evidence().issuer()))
        .toList();
  }

  /** Whether nothing that it names is something else. */
  private boolean speaksOf(Evidence said) {
    Evidence.Subject named = said.subject();
    return fits(named.environment(), Optional.of(environment))
        && subject.repository().map(it -> Repositories.same(it, named.repository())).orElse(true)
        && fits(named.imageDigest(), subject.imageDigest())
        && fits(named.packageVersion(), subject.packageVersion());
  }

  private static boolean fits(Optional<String> named, Optional<String> pinned) {
    return named.isEmpty() || pinned.isEmpty() || named.equals(pinned);
  }

  /** Whether it names all that the subject is pinned to, and nothing beyond. */
  private boolean passes(Piece piece) {
    Evidence.Subject named = piece.evidence().subject();
    return named.imageDigest().equals(subject.imageDigest())
        && named.packageVersion().equals(subject.packageVersion());
  }

  private boolean isOver(Piece piece, Ask ask) {
    Evidence said = piece.evidence();
    boolean early = said.issuedAt().isAfter(now.plus(SKEW)) && !piece.isNegative();
    boolean old =
        !piece.isNegative()
            && ask.maxAge().filter(it -> said.issuedAt().plus(it).isBefore(now)).isPresent();
    return early || old || !said.expiresAt().isAfter(now);
  }

  private EvidenceCheck told(
      Ask ask, List<String> rules, boolean satisfied, String detail, List<Piece> pieces) {
    List<GateReport.Piece> found = new ArrayList<>();
    for (Piece piece : pieces) {
      Evidence said = piece.evidence();
      found.add(
          new GateReport.Piece(
              said.issuer(),
              said.result(),
              said.sequence(),
              said.issuedAt(),
              said.expiresAt(),
              piece.address(),
              said.link()));
    }
    String about = subject.words() + " for " + environment;
    return new EvidenceCheck(ask.kind(), rules, about, ask.from(), satisfied, detail, found);
  }
}
