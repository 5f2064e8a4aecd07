package dev.opsagent.evidence;

import dev.opsagent.evidence.GatePolicy.Approvals;
import dev.opsagent.evidence.GatePolicy.Ask;
import dev.opsagent.evidence.GatePolicy.Rule;
import dev.opsagent.execution.Gate;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.GateReport;
import dev.opsagent.protocol.GateReport.ApprovalCheck;
import dev.opsagent.protocol.GateReport.Consent;
import dev.opsagent.protocol.GateReport.EvidenceCheck;
import dev.opsagent.protocol.Requirements.Compliance;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Asks for what the gate policy and the task ask for, and looks it up in the table. */
public final class PolicyGate implements Gate {
  private static final String TASK = "task";

  private final Supplier<GatePolicy> policy;
  private final Supplier<Environments> environments;
  private final EvidenceTable table;
  private final Currency currency;
  private final boolean signed;

  /** Brings the table up to date. */
  @FunctionalInterface
  public interface Currency {
    /** Waits until all that was on the bus before the call is in the table; empty once it is. */
    Optional<Failure> catchUp(Duration atMost);
  }

  /**
   * @param policy in force now; asked for each judgement, and fast
   * @param environments in force now
   * @param signed whether this worker hears nothing that is not signed
   */
  public PolicyGate(
      Supplier<GatePolicy> policy,
      Supplier<Environments> environments,
      EvidenceTable table,
      Currency currency,
      boolean signed) {
    this.policy = policy;
    this.environments = environments;
    this.table = table;
    this.currency = currency;
    this.signed = signed;
  }

  @Override
  public Optional<Failure> catchUp(TaskDispatch order, Duration atMost) {
    return asks(rules(policy.get(), order), order).isEmpty()
        ? Optional.empty()
        : currency.catchUp(atMost);
  }

  @Override
  public String policy() {
    return policy.get().digest();
  }

  @Override
  public Terms terms() {
    return policy.get().terms();
  }

  @Override
  public Optional<Early> early(TaskDispatch order, boolean overtakes, Instant now) {
    return environment(order)
        .calendar()
        .opens(order, overtakes, now)
        .map(it -> new Early(it.until(), it.sentence(), it.forGood()));
  }

  @Override
  public Optional<GateReport> judge(Question question) {
    GatePolicy now = policy.get();
    List<Rule> rules = rules(now, question.order());
    Map<Ask, List<String>> asks = asks(rules, question.order());
    Optional<Demand> demand = demand(rules, question.order());
    if (asks.isEmpty() && demand.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new GateReport(
            now.digest(),
            question.plan(),
            evidence(asks, question),
            demand.map(it -> approval(it, question))));
  }

  private List<Rule> rules(GatePolicy now, TaskDispatch order) {
    return now.rules(order.operation(), environment(order));
  }

  private Optional<Demand> demand(List<Rule> rules, TaskDispatch order) {
    Optional<Integer> own = order.requirements().compliance().flatMap(Compliance::approvals);
    return Demand.of(rules, own).map(it -> it.guarded(environment(order).isProtected()));
  }

  private Environment environment(TaskDispatch order) {
    String name = order.target().environment();
    return environments.get().find(name).orElseGet(() -> Environment.undeclared(name));
  }

  private static Map<Ask, List<String>> asks(List<Rule> rules, TaskDispatch order) {
    Map<Ask, List<String>> asks = new LinkedHashMap<>();
    for (Rule rule : rules) {
      rule.evidence()
          .forEach(ask -> asks.computeIfAbsent(ask, _ -> new ArrayList<>()).add(rule.name()));
    }
    order
        .requiredEvidence()
        .forEach(kind -> asks.computeIfAbsent(Ask.of(kind), _ -> new ArrayList<>()).add(TASK));
    return asks;
  }

  private List<EvidenceCheck> evidence(Map<Ask, List<String>> asks, Question question) {
    String environment = question.order().target().environment();
    if (question.subjects().isEmpty()) {
      String about = "what " + question.order().operation() + " is about";
      return asks.entrySet().stream()
          .map(it ->
              new EvidenceCheck(
                  it.getKey().kind(),
                  it.getValue(),
                  about,
                  it.getKey().from(),
                  it.getKey().whenExists(),
                  "it names nothing that evidence could be about",
                  List.of()))
          .toList();
    }
    List<EvidenceCheck> checks = new ArrayList<>();
    for (Subject subject : question.subjects()) {
      checks.addAll(new Findings(table, subject, environment, question.now()).answer(asks));
    }
    return checks;
  }

  private static ApprovalCheck approval(Demand demand, Question question) {
    List<Consent> given = new ArrayList<>();
    for (Given one : question.given()) {
      boolean counts =
          one.plan().equals(question.plan())
              && one.consent().until().isAfter(question.now())
              && demand.refuses(one.consent().by(), question).isEmpty();
      if (counts) {
        given.add(one.consent());
      }
    }
    return new ApprovalCheck(
        demand.rules(), demand.count(), demand.named(), given, given.size() >= demand.count());
  }

  @Override
  public Optional<String> refusesConsentOf(String by, Question question) {
    if (!signed && question.order().requirements().signed()) {
      return Optional.of("consent must be signed, and this worker asks nobody to sign");
    }
    return demand(rules(policy.get(), question.order()), question.order())
        .map(it -> it.refuses(by, question))
        .orElse(Optional.of("no rule asks for it"));
  }

  /**
   * What all rules together ask for.
   *
   * @param from who may; absent: everybody who is let in
   * @param secondPerson whether the requester's own consent does not count
   */
  private record Demand(
      List<String> rules, int count, Optional<List<String>> from, boolean secondPerson) {
    /**
     * @param own how many the task itself asks for
     */
    static Optional<Demand> of(List<Rule> rules, Optional<Integer> own) {
      List<Rule> asking = rules.stream().filter(it -> it.approvals().isPresent()).toList();
      if (asking.isEmpty() && own.isEmpty()) {
        return Optional.empty();
      }
      int count = own.orElse(1);
      boolean second = own.isPresent();
      Optional<List<String>> from = Optional.empty();
      for (Rule rule : asking) {
        Approvals wanted = rule.approvals().orElseThrow();
        count = Math.max(count, wanted.count());
        second |= wanted.secondPerson();
        from = narrowed(from, wanted.from());
      }
      List<String> names = new ArrayList<>(asking.stream().map(Rule::name).toList());
      own.ifPresent(_ -> names.add(TASK));
      return Optional.of(new Demand(names, count, from, second));
    }

    private static Optional<List<String>> narrowed(
        Optional<List<String>> before, List<String> more) {
      if (more.isEmpty()) {
        return before;
      }
      return Optional.of(
          before.map(it -> it.stream().filter(more::contains).toList()).orElse(more));
    }

    Demand guarded(boolean protects) {
      return new Demand(rules, count, from, secondPerson || protects);
    }

    List<String> named() {
      return from.orElse(List.of());
    }

    Optional<String> refuses(String by, Question question) {
      if (from.filter(it -> !it.contains(by)).isPresent()) {
        return Optional.of(by + " is not among those who may: " + String.join(", ", named()));
      }
      boolean own =
          by.equals(question.order().requestedBy())
              || question.signer().filter(by::equals).isPresent();
      return secondPerson && own
          ? Optional.of(by + " has requested the task; a second person must consent")
          : Optional.empty();
    }
  }
}
