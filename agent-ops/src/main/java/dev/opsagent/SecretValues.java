package dev.opsagent;

import dev.opsagent.configuration.Secrets;
import dev.opsagent.execution.ProgramRuns;
import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.protocol.Failure;
import dev.opsagent.redaction.Redactor;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The declared secrets, each read when it is used. The redactor hears of a value before whoever
 * asked for it does, and of every one that was replaced meanwhile.
 *
 * @param redactor hides what is read here
 * @param remote reads those that are not on this machine
 * @param borrowed logins that tools find in files of their own, by what they are for
 */
record SecretValues(
    Secrets declared,
    Redactor redactor,
    Secrets.Remote remote,
    Supplier<Map<String, String>> borrowed) {
  private static final Logger LOG = LoggerFactory.getLogger(SecretValues.class);

  /** The secret's value now. A failure names the secret and the kind of its source. */
  Answer<String> resolve(String name) {
    Answer<String> value = declared.resolve(name, remote);
    if (value instanceof Answer.Ok<String>(String it)) {
      redactor.learn(name, it);
    }
    return value;
  }

  /** Reads all of them, so that what was replaced is known before it is used. */
  void reread() {
    for (String name : declared.sources().keySet()) {
      if (resolve(name) instanceof Answer.No<String>(Failure why)) {
        LOG.warn("{}", why.sentence());
      }
    }
    borrowed.get().forEach(redactor::learn);
  }

  /**
   * What services, engines and servers say, as it may be shown. They are given no secret of the
   * worker: one that they know all the same is told of.
   */
  String shown(String said) {
    Redactor.Redacted shown = redactor.read(said);
    ProgramRuns.tellMasked(
        "what a service or an engine said", shown.found(), redactor.known(shown.found()));
    return shown.text();
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
