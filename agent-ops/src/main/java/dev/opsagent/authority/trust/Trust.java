package dev.opsagent.authority.trust;

import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.protocol.EventSignature;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskApprove;
import dev.opsagent.protocol.TaskDeny;
import dev.opsagent.protocol.TaskDispatch;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which agents' keys count, and for what. A message is admitted when a key that counted when the
 * broker took it has signed exactly this message, at that time or not much before, and its agent
 * may say it, in the name in which it is said.
 */
public final class Trust implements Authenticator {
  /** How far the clock of a sender may run before the broker's. */
  public static final Duration AHEAD = Duration.ofMinutes(10);

  private static final Pattern FIRST = Pattern.compile("/*([^/]*).*");

  private final Map<String, TrustedKey> keys;
  private final Set<String> names;
  private final Duration bound;

  /**
   * @param keys by their ids
   * @param names of all agents
   * @param bound how old a message may be when the broker takes it
   */
  Trust(Map<String, TrustedKey> keys, Set<String> names, Duration bound) {
    this.keys = Map.copyOf(keys);
    this.names = Set.copyOf(names);
    this.bound = bound;
  }

  @Override
  public Admission admit(Incoming incoming, Instant appendedAt) {
    Optional<EventSignature> signature = incoming.signature();
    if (signature.isEmpty()) {
      return refused(ReasonCode.UNSIGNED, "the message is not signed; ops-agent sign signs it");
    }
    return admit(incoming, signature.get(), appendedAt);
  }

  @Override
  public boolean upholds(Optional<String> keyId, Instant appendedAt) {
    return keyId.map(keys::get).filter(key -> key.fault(appendedAt).isEmpty()).isPresent();
  }

  private Admission admit(Incoming incoming, EventSignature signature, Instant appendedAt) {
    Optional<String> id = signature.keyId();
    if (id.isEmpty()) {
      return refused(ReasonCode.BAD_SIGNATURE, "signature is no detached JWS that names its key");
    }
    TrustedKey key = keys.get(id.get());
    if (key == null) {
      return refused(ReasonCode.UNTRUSTED, "the key " + id.get() + " is not known");
    }
    if (!signature.by(key.key())) {
      String detail = "the key " + id.get() + " has not signed this message as it is";
      return refused(ReasonCode.BAD_SIGNATURE, detail);
    }
    return key.fault(appendedAt)
        .map(fault -> refused(ReasonCode.UNTRUSTED, "the key " + id.get() + " " + fault))
        .or(() -> late(signature.time(), appendedAt))
        .or(() -> forbidden(key.agent(), incoming.message()))
        .or(() -> impersonated(key.agent(), incoming))
        .orElseGet(() -> new Admission.Admitted(key.agent().name()));
  }

  private Optional<Admission> late(Instant signedAt, Instant appendedAt) {
    boolean old = signedAt.isBefore(appendedAt.minus(bound));
    boolean early = signedAt.isAfter(appendedAt.plus(AHEAD));
    String detail =
        "it was signed at %s and sent at %s, %s"
            .formatted(signedAt, appendedAt, early ? "before it was signed" : "which is too late");
    return old || early ? Optional.of(refused(ReasonCode.REPLAYED, detail)) : Optional.empty();
  }

  private static Optional<Admission> forbidden(Agent agent, Message message) {
    Optional<String> forbidden =
        switch (message) {
          case TaskDispatch order -> agent.forbids(order);
          case ControlMessage word -> agent.forbids(word);
          case Evidence word -> agent.forbids(word);
          case Message _ -> Optional.of("send such a message");
        };
    return forbidden.map(it -> refused(ReasonCode.NOT_PERMITTED, agent.name() + " may not " + it));
  }

  private Optional<Admission> impersonated(Agent agent, Incoming incoming) {
    Optional<String> field =
        switch (incoming.message()) {
          case TaskDispatch order -> field("requestedBy", agent.is(order.requestedBy()));
          case TaskApprove word -> field("by", agent.name().equals(word.by()));
          case TaskDeny word -> field("by", agent.name().equals(word.by()));
          case ControlMessage word -> field("by", agent.is(word.by()));
          case Evidence word -> field("issuer", agent.is(word.issuer()));
          case Message _ -> Optional.empty();
        };
    return field
        .or(() -> field("source", !foreign(agent, incoming.source())))
        .map(it ->
            refused(
                ReasonCode.IMPERSONATION,
                it + " names somebody else than " + agent.name() + ", who has signed"));
  }

  /** A source is free to choose, unless it begins with the name of another agent. */
  private boolean foreign(Agent agent, String source) {
    String name = FIRST.matcher(source).replaceFirst("$1");
    return names.contains(name) && !agent.is(name);
  }

  private static Optional<String> field(String name, boolean good) {
    return good ? Optional.empty() : Optional.of(name);
  }

  private static Admission refused(ReasonCode code, String detail) {
    return new Admission.Refused(code, detail);
  }
}
