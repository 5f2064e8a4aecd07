package dev.opsagent.tools.npm;

import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in our words what a registry or the npm program answered. */
final class NpmFailures {
  private static final Pattern CODE = Pattern.compile("(?m)^npm (?:error|ERR!) code (\\S+)");
  private static final Pattern LINE =
      Pattern.compile(
          "(?m)^npm (?:error|ERR!) (?!code |errno |syscall |address |port |A complete)(.+)$");
  private static final Pattern SERVER_ERROR = Pattern.compile("E5\\d\\d");
  private static final Set<String> NOT_AUTHENTICATED = Set.of("E401", "ENEEDAUTH", "EOTP");
  private static final Set<String> CONFLICT = Set.of("E409", "EPUBLISHCONFLICT");
  private static final Set<String> NETWORK =
      Set.of(
          "E429",
          "EAI_AGAIN",
          "ECONNREFUSED",
          "ECONNRESET",
          "EHOSTUNREACH",
          "ENETUNREACH",
          "ENOTFOUND",
          "EPIPE",
          "ERR_SOCKET_TIMEOUT",
          "ETIMEDOUT");
  private static final int LONGEST_CAUSE = 300;

  private final NpmRegistrySettings settings;

  NpmFailures(NpmRegistrySettings settings) {
    this.settings = settings;
  }

  /** The failure of a call of the npm program that ended with an exit code other than zero. */
  Failure of(String action, Finished finished) {
    Matcher found = CODE.matcher(finished.stderr());
    String code = found.find() ? found.group(1) : "";
    String cause = cause(finished);
    if (takenAlready(cause)) {
      return taken(action, cause);
    }
    if (NOT_AUTHENTICATED.contains(code) || code.equals("E403")) {
      return rejected(action, cause);
    }
    if (NETWORK.contains(code) || SERVER_ERROR.matcher(code).matches()) {
      return unreachable(action, cause);
    }
    if (CONFLICT.contains(code)) {
      return Failure.passing(ReasonCode.TOOL_FAILED, action, cause, "somebody else wrote as well");
    }
    return Failure.of(ReasonCode.TOOL_FAILED, action, cause, "");
  }

  /** The failure of an HTTP request that was answered with another status than 200. */
  Failure of(String action, int status) {
    String cause = settings.name() + " answered with status " + status;
    if (status == 401 || status == 403) {
      return rejected(action, cause);
    }
    if (status == 408 || status == 429 || status >= 500) {
      return unreachable(action, cause);
    }
    return Failure.of(ReasonCode.TOOL_FAILED, action, cause, "");
  }

  Failure rejected(String action, String cause) {
    return Failure.of(
        ReasonCode.CREDENTIALS_REJECTED,
        action,
        cause,
        "give the registry "
            + settings.name()
            + " a valid token that may publish this package without a one-time password");
  }

  Failure unreachable(String action, String cause) {
    return Failure.passing(
        ReasonCode.UNREACHABLE, action, cause, "see whether " + settings.url() + " is up");
  }

  Failure taken(String action, String cause) {
    return Failure.of(
        ReasonCode.VERSION_TAKEN, action, cause, "release it under the next free version");
  }

  /** The public registry, Verdaccio and the npm program itself word it differently. */
  private static boolean takenAlready(String cause) {
    String words = cause.toLowerCase(Locale.ROOT);
    return words.contains("cannot publish over")
        || words.contains("already present")
        || words.contains("cannot modify pre-existing version");
  }

  private String cause(Finished finished) {
    Matcher line = LINE.matcher(finished.stderr());
    String words = line.find() ? line.group(1) : "npm ended with exit code " + finished.exitCode();
    return oneLine(words);
  }

  /** Without control characters, and not endless. */
  static String oneLine(String words) {
    String safe = words.replaceAll("\\p{Cntrl}", " ").strip();
    return safe.length() <= LONGEST_CAUSE ? safe : safe.substring(0, LONGEST_CAUSE) + "…";
  }
}
