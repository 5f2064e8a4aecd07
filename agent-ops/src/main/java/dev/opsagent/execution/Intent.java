package dev.opsagent.execution;

import dev.opsagent.protocol.StatusReport.Reason;
import java.util.Optional;

/**
 * What the order said beside what is kept of it.
 *
 * @param digest of the whole order, to tell a repetition from a conflict
 * @param instruction digest of its free text, which itself is not kept
 * @param remark what its sender must know although it is accepted
 * @param signer the agent whose key has signed it; absent where nobody must sign
 * @param key the id of that key
 */
public record Intent(
    String digest,
    Optional<String> instruction,
    Optional<Reason> remark,
    Optional<String> signer,
    Optional<String> key) {
  /** Of an order without free text. */
  public static Intent plain(String digest) {
    return new Intent(
        digest, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** What the audit tells of the free text: enough to prove it, nothing of what it holds. */
  String trace() {
    return instruction.map(it -> "; instruction " + it).orElse("")
        + remark.map(it -> "; " + it.detail()).orElse("");
  }
}
