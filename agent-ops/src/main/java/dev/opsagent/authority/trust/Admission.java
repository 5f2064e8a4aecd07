package dev.opsagent.authority.trust;

import dev.opsagent.protocol.ReasonCode;
import java.util.Optional;

/** Whether a message counts, and as whose word. */
public sealed interface Admission {
  /**
   * It is this agent's word, and the agent may say it.
   *
   * @param agent its name in the trust file
   */
  record Admitted(String agent) implements Admission {}

  /** Nobody must sign here: the message is whoever's it says. */
  record Unsigned() implements Admission {}

  /**
   * It does not count.
   *
   * @param detail why, in words; repeats nothing of the message but names that fit their patterns
   */
  record Refused(ReasonCode code, String detail) implements Admission {}

  /** The agent whose word it is, where somebody vouches for that. */
  default Optional<String> signer() {
    return switch (this) {
      case Admitted(String agent) -> Optional.of(agent);
      case Unsigned _, Refused _ -> Optional.empty();
    };
  }
}
