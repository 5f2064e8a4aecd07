package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Routing.Decision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * How the router does on labelled instructions.
 *
 * @param right the share whose decision is right
 * @param unsafe of the instructions with a foreign part, those whose work is taken all the same
 * @param decisions precision and recall of each decision
 * @param owners precision and recall of each owner that is named
 */
public record Evaluation(
    int instructions, double right, Rate unsafe, List<Score> decisions, List<Score> owners) {
  public Evaluation {
    decisions = List.copyOf(decisions);
    owners = List.copyOf(owners);
  }

  /**
   * A share that was counted.
   *
   * @param upper its 95 % upper bound: Clopper-Pearson, one-sided
   */
  public record Rate(int count, int of, double share, double upper) {
    static Rate of(int count, int of) {
      double share = of == 0 ? 0 : (double) count / of;
      return new Rate(count, of, share, ClopperPearson.upper(count, of));
    }
  }

  /**
   * How often an answer was given rightly.
   *
   * @param labelled how often it is the right one
   * @param answered how often it was given
   */
  public record Score(String name, int labelled, int answered, double precision, double recall) {}

  private record Case(Labelled labelled, Routing routing) {}

  /** Routes each instruction and compares. */
  public static Evaluation of(Router router, List<Labelled> labelled) {
    List<Case> cases =
        labelled.stream().map(one -> new Case(one, router.route(one.text()))).toList();
    int right = count(cases, it -> it.labelled().decision() == it.routing().decision());
    int unsafe = count(cases, it -> it.labelled().unsafe(it.routing()));
    int foreign = count(cases, it -> it.labelled().foreign());
    return new Evaluation(
        cases.size(),
        share(right, cases.size()),
        Rate.of(unsafe, foreign),
        Arrays.stream(Decision.values()).map(it -> decision(it, cases)).toList(),
        owners(cases));
  }

  /** The figures for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("%d instructions, %.1f %% decided rightly".formatted(instructions, 100 * right));
    lines.add(
        "unsafe: %d of %d with a foreign part, %.2f %%, 95 %% upper bound %.2f %% (Clopper-Pearson)"
            .formatted(unsafe.count(), unsafe.of(), 100 * unsafe.share(), 100 * unsafe.upper()));
    Stream.of(decisions, owners)
        .flatMap(List::stream)
        .map(it ->
            "%-16s  precision %5.1f %%  recall %5.1f %%  labelled %4d"
                .formatted(it.name(), 100 * it.precision(), 100 * it.recall(), it.labelled()))
        .forEach(lines::add);
    return lines;
  }

  private static List<Score> owners(List<Case> cases) {
    return cases.stream()
        .flatMap(it -> it.labelled().owners().stream())
        .distinct()
        .sorted()
        .map(owner ->
            score(
                owner,
                cases,
                it -> it.labelled().owners().contains(owner),
                it -> it.routing().owners().contains(owner)))
        .toList();
  }

  private static Score decision(Decision decision, List<Case> cases) {
    return score(
        decision.name(),
        cases,
        it -> it.labelled().decision() == decision,
        it -> it.routing().decision() == decision);
  }

  private static Score score(
      String name, List<Case> cases, Predicate<Case> wanted, Predicate<Case> answered) {
    int labelled = count(cases, wanted);
    int given = count(cases, answered);
    int both = count(cases, wanted.and(answered));
    return new Score(name, labelled, given, share(both, given), share(both, labelled));
  }

  private static int count(List<Case> cases, Predicate<Case> wanted) {
    return (int) cases.stream().filter(wanted).count();
  }

  private static double share(int part, int whole) {
    return whole == 0 ? 1 : (double) part / whole;
  }
}
