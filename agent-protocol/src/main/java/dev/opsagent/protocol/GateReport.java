package dev.opsagent.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a task's gates ask for, and what they found: why it may run, or why it waits.
 *
 * @param policy digest of the gate policy by which it was judged
 * @param plan digest of the plan that was judged
 * @param evidence one answer per kind of evidence that is asked for
 * @param approval the consent that is asked for; absent when none is
 */
public record GateReport(
    String policy, String plan, List<EvidenceCheck> evidence, Optional<ApprovalCheck> approval) {
  public GateReport {
    Digests.check("gates.policy", policy);
    Digests.check("gates.plan", plan);
    evidence = List.copyOf(evidence);
  }

  /** Whether nothing is missing. */
  public boolean opens() {
    return evidence.stream().allMatch(EvidenceCheck::satisfied)
        && approval.map(ApprovalCheck::satisfied).orElse(true);
  }

  /** Whether nothing was found, nothing is missing, and nobody is asked: not worth a word. */
  public boolean saysNothing() {
    return opens() && approval.isEmpty() && evidence.stream().allMatch(it -> it.found().isEmpty());
  }

  /** What evidence is missing. */
  public List<EvidenceCheck> missing() {
    return evidence.stream().filter(it -> !it.satisfied()).toList();
  }

  /**
   * One kind of evidence about one subject.
   *
   * @param rules names of the rules that ask for it; {@code task} for the task's own demand
   * @param about what it must be about, in words
   * @param from who may give it; empty: whoever the trust file lets send this kind
   * @param detail why it is satisfied or not, one sentence
   * @param found the pieces that decided, each with its place in the topic
   */
  public record EvidenceCheck(
      EvidenceKind kind,
      List<String> rules,
      String about,
      List<String> from,
      boolean satisfied,
      String detail,
      List<Piece> found) {
    public EvidenceCheck {
      rules = List.copyOf(rules);
      from = List.copyOf(from);
      found = List.copyOf(found);
    }
  }

  /**
   * A piece of evidence, and the record that proves it.
   *
   * @param address {@code topic/partition@offset}
   */
  public record Piece(
      String issuer,
      Evidence.Result result,
      long sequence,
      Instant issuedAt,
      Instant expiresAt,
      String address,
      Optional<String> link) {}

  /**
   * Consent to the plan.
   *
   * @param rules names of the rules that ask for it
   * @param needed how many persons or agents must consent
   * @param from who may; empty: whoever the trust file lets approve, the requester apart
   * @param given who has, and still counts
   */
  public record ApprovalCheck(
      List<String> rules, int needed, List<String> from, List<Consent> given, boolean satisfied) {
    public ApprovalCheck {
      rules = List.copyOf(rules);
      from = List.copyOf(from);
      given = List.copyOf(given);
      Checks.range("gates.approval.needed", needed, 1, 16);
    }
  }

  /**
   * One person's or agent's consent.
   *
   * @param address the record that proves it, {@code topic/partition@offset}
   * @param until from when on it no longer counts
   */
  public record Consent(String by, Instant at, Instant until, String address) {}
}
