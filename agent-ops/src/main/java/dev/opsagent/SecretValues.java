package dev.opsagent;

import dev.opsagent.configuration.Secrets;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.redaction.Redactor;
import java.util.Optional;

/**
 * The declared secrets, each read when it is used. The redactor hears of a value before whoever
 * asked for it does, and of every one that was replaced meanwhile.
 *
 * @param redactor hides what is read here
 */
record SecretValues(Secrets declared, Redactor redactor) {
  /** The secret's value now; empty when it is not declared, not set or cannot be read. */
  Optional<String> resolve(String name) {
    Optional<String> value = declared.resolve(name);
    value.ifPresent(it -> redactor.learn(name, it));
    return value;
  }

  /** Reads all of them, so that what was replaced is known before it is used. */
  void reread() {
    declared.sources().keySet().forEach(this::resolve);
  }

  /** What people and other agents say with a message about a task becomes a part of its journal. */
  Incoming withoutSecrets(Incoming incoming) {
    if (!(incoming.message() instanceof ControlMessage message)) {
      return incoming;
    }
    return new Incoming(
        incoming.type(),
        redactor.value(message, message.getClass()),
        incoming.eventId(),
        incoming.source(),
        incoming.traceparent(),
        incoming.payload(),
        incoming.signature());
  }
}
