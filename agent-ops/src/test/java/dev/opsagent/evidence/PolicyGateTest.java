package dev.opsagent.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.evidence.EvidenceTable.Piece;
import dev.opsagent.evidence.EvidenceTable.Unread;
import dev.opsagent.evidence.GatePolicy.Ask;
import dev.opsagent.evidence.GatePolicy.Rule;
import dev.opsagent.execution.Gate.Question;
import dev.opsagent.execution.Gate.Terms;
import dev.opsagent.outside.Environments;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.Evidence.Result;
import dev.opsagent.protocol.EvidenceKind;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.GateReport.EvidenceCheck;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.QaResult;
import dev.opsagent.protocol.ReleaseTag;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyGateTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final String REPOSITORY = "https://git.example.org/shop";
  private static final String COMMIT = "a".repeat(40);
  private static final String OTHER = "b".repeat(40);
  private static final String IMAGE = Digests.sha256("image");

  private final EvidenceTable table = new EvidenceTable(100, 20);
  private List<Ask> asks = List.of(ask(EvidenceKind.QA_RESULT));

  @Test
  void aWordOnTheCommitCountsForTheCommitOfTheSameRepositoryOnly() {
    put(qa(1, Result.PASSED, about(COMMIT)));
    assertThat(open(Subject.commit(REPOSITORY + ".git/", COMMIT))).isTrue();
    assertThat(open(Subject.commit("https://git.example.org/other", COMMIT))).isFalse();
    assertThat(open(Subject.commit(REPOSITORY, OTHER))).isFalse();
  }

  @Test
  void aWordOnAnImageDoesNotCountForItsCommitNorAWordOnTheCommitForAnImage() {
    put(qa(1, Result.PASSED, image(COMMIT, IMAGE)));
    assertThat(open(Subject.commit(REPOSITORY, COMMIT))).isFalse();
    assertThat(open(Subject.image(IMAGE))).isTrue();
    put(qa(2, Result.PASSED, about(OTHER)));
    assertThat(open(Subject.image(Digests.sha256("other")))).isFalse();
  }

  @Test
  void aNegativeWordOnTheCommitBlocksItsImage() {
    put(qa(1, Result.PASSED, image(COMMIT, IMAGE)));
    put(qa(2, Result.FAILED, about(COMMIT)));
    assertThat(open(Subject.image(IMAGE))).isFalse();
  }

  @Test
  void aNegativeWordOnAnImageBlocksItsCommitToo() {
    put(qa(1, Result.PASSED, about(COMMIT)));
    put(qa(2, Result.FAILED, image(COMMIT, IMAGE)));
    assertThat(open(Subject.commit(REPOSITORY, COMMIT))).isFalse();
    put(qa(3, Result.PASSED, image(COMMIT, IMAGE)));
    put(qa(4, Result.PASSED, about(COMMIT)));
    assertThat(open(Subject.commit(REPOSITORY, COMMIT))).isTrue();
  }

  @Test
  void aReleaseTagCountsForTheImageOfTheCommitThatAllOthersName() {
    asks = List.of(ask(EvidenceKind.QA_RESULT), ask(EvidenceKind.RELEASE_TAG));
    put(qa(1, Result.PASSED, image(COMMIT, IMAGE)));
    assertThat(open(Subject.image(IMAGE))).isFalse();
    put(tag(OTHER));
    assertThat(open(Subject.image(IMAGE))).isFalse();
    put(tag(COMMIT));
    assertThat(open(Subject.image(IMAGE))).isTrue();
    put(said("qb", 1, Result.PASSED, image(OTHER, IMAGE)));
    assertThat(open(Subject.image(IMAGE))).as("two commits are named for one image").isFalse();
  }

  @Test
  void aPackageIsFoundByItsVersionAndRepository() {
    put(qa(1, Result.PASSED, version("1.2.3")));
    assertThat(open(Subject.version(REPOSITORY, "1.2.3"))).isTrue();
    assertThat(open(Subject.version(REPOSITORY, "1.2.4"))).isFalse();
    assertThat(open(Subject.version("https://git.example.org/other", "1.2.3"))).isFalse();
  }

  @Test
  void whatIsProvedToDifferInNothingThatIsJudgedIsJudgedByTheSameWord() {
    put(qa(1, Result.PASSED, about(COMMIT)));
    Subject release =
        new Subject(
            Optional.of(REPOSITORY), List.of(OTHER, COMMIT), Optional.empty(), Optional.empty());
    assertThat(open(release)).isTrue();
    put(qa(2, Result.FAILED, about(OTHER)));
    assertThat(open(release)).isFalse();
  }

  @Test
  void oneIssuersDoubtOutweighsAnothersPraiseUnlessTheRuleHearsTheOtherOnly() {
    put(qa(1, Result.PASSED, about(COMMIT)));
    put(said("qb", 1, Result.FAILED, about(COMMIT)));
    Subject subject = Subject.commit(REPOSITORY, COMMIT);
    assertThat(open(subject)).isFalse();
    asks = List.of(new Ask(EvidenceKind.QA_RESULT, List.of("qa"), Optional.empty(), false));
    assertThat(open(subject)).isTrue();
  }

  @Test
  void whatIsOlderThanTheRuleAllowsDoesNotCount() {
    put(qa(1, Result.PASSED, about(COMMIT)));
    asks =
        List.of(
            new Ask(EvidenceKind.QA_RESULT, List.of(), Optional.of(Duration.ofMinutes(30)), false));
    assertThat(open(Subject.commit(REPOSITORY, COMMIT))).isFalse();
  }

  @Test
  void everyOrderOfArrivalComesToTheSameAnswer() {
    List<Evidence> words =
        List.of(
            qa(1, Result.PASSED, about(COMMIT)),
            qa(2, Result.FAILED, about(COMMIT)),
            qa(3, Result.PASSED, about(COMMIT)),
            qa(3, Result.WITHDRAWN, about(COMMIT)),
            said("qb", 7, Result.PASSED, about(COMMIT)));
    for (int seed = 0; seed < 200; seed++) {
      EvidenceTable shuffled = new EvidenceTable(100, 20);
      List<Evidence> order = new ArrayList<>(words);
      Collections.shuffle(order, new Random(seed));
      order.forEach(it -> shuffled.put(new Piece(it, "agents.context/0@0")));
      assertThat(open(shuffled, Subject.commit(REPOSITORY, COMMIT)))
          .as("a negative word wins a tie, seed %d", seed)
          .isFalse();
    }
  }

  @Test
  void aCommitOfWhichTooMuchIsSaidIsJudgedByNothingOfIt() {
    put(qa(1, Result.PASSED, about(COMMIT)));
    for (int i = 0; i < 30; i++) {
      put(said("issuer-" + i, 1, Result.PASSED, about(COMMIT)));
    }
    EvidenceCheck check = judged(table, Subject.commit(REPOSITORY, COMMIT)).evidence().getFirst();
    assertThat(check.satisfied()).isFalse();
    assertThat(check.detail()).contains("more was said");
  }

  @Test
  void strangersDoNotDrownWhatCounts() {
    Evidence good = qa(1, Result.PASSED, about(COMMIT));
    table.defer(new Unread(good.subject(), NOW, () -> Optional.of(new Piece(good, "a/0@1"))));
    for (int i = 0; i < 100; i++) {
      table.defer(new Unread(image(COMMIT, IMAGE), NOW, Optional::empty));
    }
    assertThat(open(Subject.commit(REPOSITORY, COMMIT))).isTrue();
    assertThat(table.commitsOfImage(IMAGE)).isEmpty();
    table.forgetExpired(NOW.plus(Duration.ofDays(1)));
    assertThat(table.size()).isZero();
  }

  @Test
  void theTableStaysBoundedAndForgetsACommitAsAWhole() {
    put(qa(1, Result.PASSED, about(COMMIT)));
    put(qa(2, Result.FAILED, image(COMMIT, IMAGE)));
    for (int i = 0; i < 300; i++) {
      put(qa(i + 3, Result.PASSED, about("%040x".formatted(i))));
    }
    assertThat(table.size()).isLessThanOrEqualTo(100);
    assertThat(open(Subject.commit(REPOSITORY, COMMIT))).isFalse();
    assertThat(open(Subject.commit(REPOSITORY, "%040x".formatted(299)))).isTrue();
  }

  @Test
  void whatWasNotReadYetIsReadWhenItIsAskedForAndCountsOnlyIfItIsGenuine() {
    Evidence good = qa(1, Result.PASSED, about(COMMIT));
    Evidence forged = qa(2, Result.FAILED, about(COMMIT));
    table.defer(new Unread(good.subject(), NOW, () -> Optional.of(new Piece(good, "a/0@1"))));
    table.defer(new Unread(forged.subject(), NOW, Optional::empty));
    Evidence elsewhere = qa(3, Result.PASSED, about(OTHER));
    table.defer(new Unread(about(COMMIT), NOW, () -> Optional.of(new Piece(elsewhere, "a/0@2"))));
    assertThat(table.size()).isEqualTo(3);
    assertThat(open(Subject.commit(REPOSITORY, COMMIT))).isTrue();
    assertThat(open(Subject.commit(REPOSITORY, OTHER))).isFalse();
    assertThat(table.size()).isEqualTo(1);
  }

  private boolean open(Subject subject) {
    return open(table, subject);
  }

  private boolean open(EvidenceTable from, Subject subject) {
    return judged(from, subject).opens();
  }

  private GateReport judged(EvidenceTable from, Subject subject) {
    Rule rule = new Rule("rule", Set.of("*"), Set.of("*"), asks, Optional.empty());
    GatePolicy policy = new GatePolicy(Digests.sha256("policy"), Terms.DEFAULT, List.of(rule));
    PolicyGate gate =
        new PolicyGate(
            () -> policy,
            () -> Environments.undeclared(List.of("live")),
            from,
            _ -> Optional.empty(),
            true);
    TaskDispatch order =
        new TaskDispatch(
            "t-1",
            "push",
            new Target("live", "shop"),
            Optional.empty(),
            Json.mapper().createObjectNode(),
            Requirements.NONE,
            List.of(),
            "pm",
            false,
            Optional.empty());
    Question question =
        new Question(
            order, Optional.empty(), Digests.sha256("plan"), List.of(subject), List.of(), NOW);
    return gate.judge(question).orElseThrow();
  }

  private void put(Evidence evidence) {
    table.put(new Piece(evidence, "agents.context/0@" + evidence.sequence()));
  }

  private static Ask ask(EvidenceKind kind) {
    return new Ask(kind, List.of(), Optional.empty(), false);
  }

  private static Evidence qa(long sequence, Result result, Evidence.Subject subject) {
    return said("qa", sequence, result, subject);
  }

  private static Evidence said(
      String issuer, long sequence, Result result, Evidence.Subject subject) {
    Instant at = NOW.minus(Duration.ofHours(1));
    return new QaResult(
        subject, issuer, sequence, result, at, NOW.plus(Duration.ofHours(1)), Optional.empty());
  }

  private static Evidence tag(String commit) {
    Instant at = NOW.minus(Duration.ofHours(1));
    return new ReleaseTag(
        about(commit),
        "vcs",
        1,
        Result.PASSED,
        at,
        NOW.plus(Duration.ofHours(1)),
        Optional.empty(),
        "v1");
  }

  private static Evidence.Subject about(String commit) {
    return new Evidence.Subject(
        REPOSITORY, commit, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Evidence.Subject image(String commit, String digest) {
    return new Evidence.Subject(
        REPOSITORY, commit, Optional.of(digest), Optional.empty(), Optional.empty());
  }

  private static Evidence.Subject version(String version) {
    return new Evidence.Subject(
        REPOSITORY, COMMIT, Optional.empty(), Optional.of(version), Optional.empty());
  }
}
