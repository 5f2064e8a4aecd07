package dev.opsagent.execution;

import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Escalation.Severity;
import dev.opsagent.protocol.Escalation.Status;
import dev.opsagent.protocol.Escalation.Trigger;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Messages of one source that did not count for one reason.
 *
 * @param source who the messages say has written them
 * @param target what the first of them was about
 * @param first where the first of them lies
 * @param last where the last of them lies
 * @param count how many there were
 * @param told how many of them the PM was told of
 * @param toldAt when
 */
record Incident(
    String id,
    ReasonCode code,
    String source,
    Target target,
    String first,
    String last,
    String detail,
    long count,
    long told,
    Instant toldAt) {

  static Incident begun(String id, Barred barred, String address, Instant now) {
    return new Incident(
        id,
        barred.code(),
        barred.source(),
        barred.target(),
        address,
        address,
        barred.detail(),
        1,
        1,
        now);
  }

  Incident again(String address) {
    return new Incident(id, code, source, target, first, address, detail, count + 1, told, toldAt);
  }

  Incident telling(Instant now) {
    return new Incident(id, code, source, target, first, last, detail, count, count, now);
  }

  boolean isToldWhole() {
    return told == count;
  }

  Escalation escalation() {
    return new Escalation(
        id,
        Trigger.SECURITY_INCIDENT,
        code == ReasonCode.UNSIGNED || code == ReasonCode.REPLAYED
            ? Severity.WARNING
            : Severity.CRITICAL,
        Status.OPEN,
        target,
        Optional.empty(),
        code + ": messages that say they are from " + source + " do not count",
        List.of(detail, "first: " + first, "last: " + last),
        List.of("nothing was done for them; each is in the audit"),
        "find out who sends them; keys and rights are in the trust file",
        count,
        toldAt);
  }
}
