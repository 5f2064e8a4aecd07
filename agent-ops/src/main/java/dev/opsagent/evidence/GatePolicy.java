package dev.opsagent.evidence;

import dev.opsagent.execution.Gate.Terms;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.EvidenceKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What must stand before an operation has its first effect, as the operator declares it. {@code
 * schemas/gates.schema.json} says how it is written.
 *
 * @param digest of the whole policy, which plans and the audit name
 * @param terms how long is waited
 * @param rules all that fit a task hold together
 */
public record GatePolicy(String digest, Terms terms, List<Rule> rules) {
  private static final String ANY = "*";

  public GatePolicy {
    rules = List.copyOf(rules);
  }

  /** The rules for an operation on an environment. */
  public List<Rule> rules(String operation, Environment environment) {
    return rules.stream().filter(it -> it.fits(operation, environment)).toList();
  }

  /** The environments that rules name and nobody declares: there they ask for nothing. */
  public Set<String> unknown(Environments declared) {
    Set<String> unknown = new TreeSet<>();
    rules.forEach(it -> unknown.addAll(it.environments()));
    unknown.remove(ANY);
    unknown.removeAll(declared.names());
    Arrays.stream(Environment.Kind.values()).map(Environment.Kind::id).forEach(unknown::remove);
    return unknown;
  }

  /**
   * One rule.
   *
   * @param operations names, or {@code *}
   * @param environments names or kinds, or {@code *}
   */
  public record Rule(
      String name,
      Set<String> operations,
      Set<String> environments,
      List<Ask> evidence,
      Optional<Approvals> approvals) {
    public Rule {
      operations = Set.copyOf(operations);
      environments = Set.copyOf(environments);
      evidence = List.copyOf(evidence);
    }

    boolean fits(String operation, Environment environment) {
      return (operations.contains(ANY) || operations.contains(operation))
          && (environments.contains(ANY)
              || environments.contains(environment.name())
              || environments.contains(environment.kind().id()));
    }

    /** Whether there may be a task that both fit. */
    public boolean meets(Rule other) {
      return meet(operations, other.operations) && meet(environments, other.environments);
    }

    private static boolean meet(Set<String> some, Set<String> others) {
      return some.contains(ANY) || others.contains(ANY) || !Collections.disjoint(some, others);
    }
  }

  /**
   * A kind of evidence that is asked for.
   *
   * @param from issuers whose word counts; empty: every one that is let in with this kind
   * @param maxAge the oldest that counts, whatever its own expiry says
   * @param whenExists whether it may be absent, but must have passed when it is not
   */
  public record Ask(
      EvidenceKind kind, List<String> from, Optional<Duration> maxAge, boolean whenExists) {
    public Ask {
      from = List.copyOf(from);
    }

    /** A task's own demand. */
    static Ask of(EvidenceKind kind) {
      return new Ask(kind, List.of(), Optional.empty(), false);
    }

    boolean hears(String issuer) {
      return from.isEmpty() || from.contains(issuer);
    }
  }

  /**
   * Consent that is asked for.
   *
   * @param count how many must consent
   * @param from who may; empty: everybody who is let in with an approval
   * @param secondPerson whether the requester's own consent does not count
   */
  public record Approvals(int count, List<String> from, boolean secondPerson) {
    public Approvals {
      from = List.copyOf(from);
    }
  }
}
