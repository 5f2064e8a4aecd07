package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Frame.Action;
import dev.opsagent.authority.routing.Frame.Assigned;
import dev.opsagent.authority.routing.Frame.Thing;
import dev.opsagent.authority.routing.Frame.Things;
import dev.opsagent.authority.routing.Frame.Told;
import dev.opsagent.authority.routing.Frame.Unknown;
import dev.opsagent.authority.routing.Frame.Withheld;
import dev.opsagent.authority.routing.Outcome.Ask;
import dev.opsagent.authority.routing.Outcome.Nothing;
import dev.opsagent.authority.routing.Outcome.Ours;
import dev.opsagent.authority.routing.Outcome.Theirs;
import dev.opsagent.authority.routing.Routing.Decision;
import dev.opsagent.authority.routing.Routing.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One text while it is read, clause by clause: what it comes to so far, and what "it" stands for.
 */
final class Reading {
  private final String text;
  private final Rules rules;
  private final Lexicon lexicon;
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> withheld = new ArrayList<>();
  private Optional<Frame> before = Optional.empty();
  private Optional<Waiting> waiting = Optional.empty();
  private Optional<Outcome> last = Optional.empty();
  private Optional<Outcome> ordered = Optional.empty();
  private boolean row;
  private Optional<Action> action = Optional.empty();
  private List<Thing> named = List.of();
  private List<Thing> told = List.of();
  private boolean alternatives;

  Reading(String text, Rules rules, Lexicon lexicon) {
    this.text = text;
    this.rules = rules;
    this.lexicon = lexicon;
  }

  /** An action that shares its object with the next: "build and push an image". */
  private record Waiting(Action action, Clause clause, List<Thing> named) {}

  /**
   * What a clause comes to.
   *
   * @param ordered whether an action was asked for, not just a thing named
   */
  private record Finding(
      Outcome outcome, Clause clause, List<String> words, String rule, boolean ordered) {
    Finding unordered() {
      return new Finding(outcome, clause, words, rule, false);
    }

    String line() {
      return "%s: %s -> %s".formatted(String.join(" + ", words), rule, outcome.name());
    }
  }

  void take(Clause clause) {
    Frame frame = ClauseReader.read(lexicon, clause, before);
    if (clause.joint().equals(":")) {
      heading();
    }
    judge(frame, clause);
    before = Optional.of(frame);
  }

  /** What stood before a colon was no order if it may be a noun: "release blocker: …". */
  private void heading() {
    boolean noun = before.filter(it -> it instanceof Action last && last.nounlike()).isPresent();
    if (noun && !findings.isEmpty()) {
      findings.add(findings.removeLast().unordered());
    }
  }

  Routing result() {
    settle(List.of());
    List<Finding> counted = counted();
    List<Part> foreign = new ArrayList<>();
    List<String> operations = new ArrayList<>();
    for (Finding finding : counted) {
      switch (finding.outcome()) {
        case Ours(String operation) -> operations.add(operation);
        case Theirs(String owner) -> foreign.add(part(owner, finding));
        case Ask _, Nothing _ -> {}
      }
    }
    boolean open = alternatives || counted.stream().anyMatch(it -> it.outcome() instanceof Ask);
    Decision decision = decision(!operations.isEmpty(), !foreign.isEmpty(), open);
    return new Routing(
        decision,
        decision == Decision.UNCLEAR ? List.of() : operations.stream().distinct().toList(),
        foreign,
        counted.stream().map(Finding::line).toList(),
        withheld.stream().distinct().toList());
  }

  /**
   * Where others are given orders, a thing of ours that is only named is what the orders are about.
   */
  private List<Finding> counted() {
    boolean ordered =
        findings.stream().anyMatch(it -> it.ordered() && it.outcome() instanceof Theirs);
    return findings.stream()
        .filter(it -> !(ordered && !it.ordered() && it.outcome() instanceof Ours))
        .filter(it -> !(it.outcome() instanceof Theirs && covered(it)))
        .toList();
  }

  /** A release makes its own tag. */
  private boolean covered(Finding finding) {
    return findings.stream()
        .filter(it -> it.ordered() && it.outcome() instanceof Ours)
        .map(it -> it.outcome().name())
        .anyMatch(ours -> finding.words().stream().anyMatch(it -> rules.map().covers(ours, it)));
  }

  private Part part(String owner, Finding finding) {
    String span = text.substring(finding.clause().start(), finding.clause().end());
    return new Part(owner, span, finding.words().stream().filter(lexicon::knows).toList());
  }

  private static Decision decision(boolean ours, boolean theirs, boolean open) {
    if (theirs) {
      return ours ? Decision.SPLIT : Decision.NOT_MINE;
    }
    return ours && !open ? Decision.ACCEPT : Decision.UNCLEAR;
  }

  private void judge(Frame frame, Clause clause) {
    switch (frame) {
      case Action it -> {
        act(it, clause);
        remember(it.object().things());
      }
      case Things it -> {
        name(it, clause);
        remember(it.things());
      }
      case Unknown it -> {
        find(rules.unheard(it.things()), clause, it.said(), "an unknown verb", it.things(), true);
        remember(it.things());
      }
      case Assigned it ->
          find(new Theirs(it.owner()), clause, it.said(), "given by name", List.of(), true);
      case Withheld it -> {
        if (rules.of(it.kind(), it.things()) instanceof Ours(String operation)) {
          withheld.add(operation);
        }
        remember(it.things());
      }
      case Told it -> told = it.things().isEmpty() ? told : it.things();
    }
  }

  private void remember(List<Thing> things) {
    named = things.isEmpty() ? named : things;
  }

  private void act(Action frame, Clause clause) {
    if (listed(frame, clause)) {
      return;
    }
    row = false;
    Phrases object = frame.object();
    alternatives = alternatives || (clause.joint().equals("or") && lastIsOurs());
    settle(clause.joint().isEmpty() ? List.of() : object.things());
    boolean parallel = action.filter(it -> it.object().infinitive()).isPresent();
    action = Optional.of(frame);
    List<Thing> things = new ArrayList<>(object.things());
    if (object.refers()) {
      things.addAll(meant(frame.kind()));
    }
    Outcome outcome = rules.of(frame.kind(), object, things);
    if (object.bare() || (things.isEmpty() && outcome instanceof Ask)) {
      waiting = Optional.of(new Waiting(frame, clause, object.bare() ? named : List.of()));
      return;
    }
    boolean purpose = parallel && joins(clause) && outcome instanceof Ours;
    find(purpose ? new Ask() : outcome, clause, frame.said(), "verb " + frame.kind(), things, true);
    ordered = last;
  }

  private boolean lastIsOurs() {
    return last.filter(Ours.class::isInstance).isPresent() || waiting.isPresent();
  }

  private static boolean joins(Clause clause) {
    return clause.joint().equals("and") || clause.joint().equals("or");
  }

  /** Another thing in the row of an order to somebody else: "test deploy, rollback and restart". */
  private boolean listed(Action frame, Clause clause) {
    boolean events =
        action
            .filter(
                it -> it.object().things().stream().anyMatch(thing -> isOurs(rules.alone(thing))))
            .isPresent();
    boolean theirs = Rules.isTheirs(last) || Rules.isTheirs(ordered);
    return frame.nounlike() && (events || row) && theirs && !clause.joint().isEmpty();
  }

  private static boolean isOurs(Optional<Outcome> outcome) {
    return outcome.filter(Ours.class::isInstance).isPresent();
  }

  /** The action that waited for an object gets one, or has to do without. */
  private void settle(List<Thing> things) {
    Optional<Waiting> due = waiting;
    waiting = Optional.empty();
    due.ifPresent(it -> {
      String kind = it.action().kind();
      boolean before = things.isEmpty() && !rules.strong(kind);
      List<Thing> objects = before ? it.named() : things;
      find(rules.of(kind, objects), it.clause(), it.action().said(), "verb " + kind, objects, true);
      ordered = last;
    });
  }

  /** What "it" stands for. Verbs of one operation mean the service that was named, if one was. */
  private List<Thing> meant(String kind) {
    boolean wide = named.stream().anyMatch(thing -> rules.ruled(kind, thing).isEmpty());
    if (rules.strong(kind)) {
      return wide ? List.of() : named;
    }
    return named.isEmpty() ? told : named;
  }

  /** Things without a verb of their own: objects of the verb before, or named for themselves. */
  private void name(Things frame, Clause clause) {
    Optional<Thing> head =
        frame.things().stream().filter(it -> it.preposition().isEmpty()).findFirst();
    if (head.isEmpty()) {
      frame.things().stream()
          .filter(it -> frame.joined() && rules.within(it))
          .findFirst()
          .ifPresent(it -> find(new Ask(), clause, frame.said(), "no verb", List.of(it), false));
      return;
    }
    Thing thing = head.orElseThrow();
    Optional<Outcome> inRow =
        frame.joined() ? action.flatMap(it -> rules.inRow(it.kind(), thing)) : Optional.empty();
    boolean beside = frame.joined() && (row || Rules.isTheirs(ordered));
    boolean below = clause.joint().equals(":") && Rules.isTheirs(last);
    boolean loose = (beside || below) && !frame.determined();
    row = loose && isOurs(inRow.or(() -> rules.alone(thing)));
    if (row) {
      return;
    }
    if (inRow.isPresent()) {
      waiting = Optional.empty();
      find(inRow.get(), clause, thing.text(), "in a row", List.of(thing), false);
      return;
    }
    rules
        .alone(thing)
        .or(() -> rules.work(thing).filter(Theirs.class::isInstance).map(_ -> new Ask()))
        .ifPresent(it -> find(it, clause, thing.text(), "no verb", List.of(thing), false));
  }

  private void find(
      Outcome outcome,
      Clause clause,
      String said,
      String rule,
      List<Thing> things,
      boolean ordered) {
    boolean theirs = things.stream().anyMatch(thing -> Rules.isTheirs(rules.work(thing)));
    Outcome sure = outcome instanceof Nothing && theirs ? new Ask() : outcome;
    last = Optional.of(sure);
    if (sure instanceof Nothing) {
      return;
    }
    List<String> words = new ArrayList<>(List.of(said));
    things.stream().map(Thing::text).filter(it -> !it.equals(said)).forEach(words::add);
    findings.add(new Finding(sure, clause, words, rule, ordered));
  }
}
