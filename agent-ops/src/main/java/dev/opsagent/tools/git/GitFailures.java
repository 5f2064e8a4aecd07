package dev.opsagent.tools.git;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Locale;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.TransportException;

/** Says in our words what went wrong between us and a repository. */
final class GitFailures {
  private static final int LONGEST_CAUSE = 300;

  private GitFailures() {}

  static Failure of(String action, Throwable fault) {
    String words = oneLine(String.valueOf(fault.getMessage()));
    if (Thread.currentThread().isInterrupted()) {
      return Failure.of(ReasonCode.CANCELLED, action, "it was cancelled", "");
    }
    if (fault instanceof NoRemoteRepositoryException) {
      return Failure.of(
          ReasonCode.PRECONDITION_FAILED, action, words, "check the address, and who may read it");
    }
    if (fault instanceof TransportException) {
      return transport(action, words);
    }
    return Failure.of(ReasonCode.TOOL_FAILED, action, words, "see whether the repository is whole");
  }

  private static Failure transport(String action, String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    if (lower.contains("not authorized")
        || lower.contains("authentication is required")
        || lower.contains("not permitted")
        || lower.contains("403 forbidden")) {
      return Failure.of(
          ReasonCode.CREDENTIALS_REJECTED,
          action,
          words,
          "configure a credential for this address that may read and push");
    }
    if (lower.contains("atomic")) {
      return Failure.of(
          ReasonCode.PRECONDITION_FAILED, action, words, "use a remote that pushes atomically");
    }
    return Failure.passing(ReasonCode.UNREACHABLE, action, words, "see whether the remote answers");
  }

  static Failure precondition(String action, String cause, String fix) {
    return Failure.of(ReasonCode.PRECONDITION_FAILED, action, cause, fix);
  }

  static String oneLine(String words) {
    String line = words.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= LONGEST_CAUSE ? line : line.substring(0, LONGEST_CAUSE) + "…";
  }
}
