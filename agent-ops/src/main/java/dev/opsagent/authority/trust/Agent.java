package dev.opsagent.authority.trust;

import dev.opsagent.authority.trust.TrustDocument.Control;
import dev.opsagent.authority.trust.TrustDocument.Dispatch;
import dev.opsagent.authority.trust.TrustDocument.Entry;
import dev.opsagent.authority.trust.TrustDocument.Word;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.EscalationAcknowledge;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.EvidenceKind;
import dev.opsagent.protocol.QuarantineLift;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskCancel;
import dev.opsagent.protocol.TaskDeny;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskResolve;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an agent may say.
 *
 * @param speaksFor the names beside its own in which it may speak
 */
record Agent(
    String name,
    List<NameGlob> speaksFor,
    List<Dispatch> dispatch,
    List<Control> control,
    Set<EvidenceKind> evidence) {
  Agent {
    speaksFor = List.copyOf(speaksFor);
    dispatch = List.copyOf(dispatch);
    control = List.copyOf(control);
    evidence = Set.copyOf(evidence);
  }

  static Agent of(Entry entry) {
    return new Agent(
        entry.name(),
        entry.speaksFor().orElse(List.of()).stream().map(NameGlob::new).toList(),
        entry.dispatch().orElse(List.of()),
        entry.control().orElse(List.of()),
        Set.copyOf(entry.evidence().orElse(List.of())));
  }

  /** Whether it may speak in this name. */
  boolean is(String other) {
    return name.equals(other) || matches(speaksFor, other);
  }

  /** What of the order it may not send; empty when it may. */
  Optional<String> forbids(TaskDispatch order) {
    String environment = order.target().environment();
    List<Dispatch> there =
        dispatch.stream().filter(it -> any(it.environments(), environment)).toList();
    if (there.isEmpty()) {
      return Optional.of("dispatch to " + environment);
    }
    return there.stream().anyMatch(it -> any(it.operations(), order.operation()))
        ? Optional.empty()
        : Optional.of("dispatch " + order.operation() + " to " + environment);
  }

  /** The same for a word on a task, target or escalation. */
  Optional<String> forbids(ControlMessage message) {
    Word word = word(message);
    String environment = message.target().environment();
    boolean may =
        control.stream()
            .anyMatch(it -> it.messages().contains(word) && any(it.environments(), environment));
    return may
        ? Optional.empty()
        : Optional.of(word.name().toLowerCase(java.util.Locale.ROOT) + " in " + environment);
  }

  /** The same for evidence. */
  Optional<String> forbids(Evidence word) {
    return evidence.contains(word.kind())
        ? Optional.empty()
        : Optional.of("give evidence of the kind " + word.kind());
  }

  private static Word word(ControlMessage message) {
    return switch (message) {
      case TaskCancel _ -> Word.CANCEL;
      case TaskApprove _ -> Word.APPROVE;
      case TaskDeny _ -> Word.DENY;
      case TaskResolve _ -> Word.RESOLVE;
      case QuarantineLift _ -> Word.LIFT;
      case EscalationAcknowledge _ -> Word.ACKNOWLEDGE;
    };
  }

  private static boolean any(List<String> globs, String name) {
    return globs.stream().anyMatch(it -> new NameGlob(it).matches(name));
  }

  private static boolean matches(List<NameGlob> globs, String name) {
    return globs.stream().anyMatch(it -> it.matches(name));
  }
}
