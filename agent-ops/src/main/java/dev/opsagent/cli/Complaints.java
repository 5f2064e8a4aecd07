package dev.opsagent.cli;

import dev.opsagent.configuration.Nearest;
import dev.opsagent.console.Escape;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells on stderr why a command did not do what it was asked to. */
final class Complaints {
  private final Surroundings around;

  Complaints(Surroundings around) {
    this.around = around;
  }

  /** Wrong usage. */
  int misused(ParameterException wrong, String[] arguments) {
    CommandLine command = wrong.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    List<String> valid = validValues(wrong);
    String fix =
        meant(wrong, valid).map(it -> "did you mean " + it + "? ").orElse("")
            + "see "
            + name
            + " --help";
    String message = cause(wrong, valid);
    Failure failure = Failure.of(ReasonCode.INVALID_PARAMETERS, "run " + name, message, fix);
    tell(new CommandFailed(ExitCode.USAGE, failure, valid), asksForPrograms(arguments));
    return ExitCode.USAGE.code();
  }

  private static String cause(ParameterException wrong, List<String> valid) {
    CommandLine.Model.ArgSpec argument = wrong.getArgSpec();
    if (argument != null && argument.type().isEnum()) {
      return argument.paramLabel() + " must be one of " + String.join(", ", valid);
    }
    return String.valueOf(wrong.getMessage()).lines().findFirst().orElse("wrong usage");
  }

  /** A failure while the command ran. */
  int failed(Exception failure, ParseResult result) {
    CommandFailed told = failure instanceof CommandFailed known ? known : unexpected(failure);
    tell(told, asksForPrograms(result.originalArgs().toArray(String[]::new)));
    return told.exitCode().code();
  }

  private static CommandFailed unexpected(Exception failure) {
    String cause =
        "%s: %s, at %s"
            .formatted(failure.getClass().getSimpleName(), failure.getMessage(), place(failure));
    String fix = "this is a bug; report it with the command that you called";
    return new CommandFailed(
        ExitCode.FAILED, Failure.of(ReasonCode.INTERNAL, "run the command", cause, fix));
  }

  /** Where in our code it came up: all that a report of the bug can say. */
  private static String place(Exception failure) {
    return Arrays.stream(failure.getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("dev.opsagent."))
        .map(StackTraceElement::toString)
        .findFirst()
        .orElse("an unknown place");
  }

  private void tell(CommandFailed told, boolean forPrograms) {
    if (forPrograms) {
      around.err().println(Json.pretty(document(told)));
      around.err().flush();
      return;
    }
    Failure failure = told.failure();
    around.err().println("ops-agent: could not " + Escape.line(failure.action()) + ":");
    failure.cause().lines().forEach(it -> around.err().println("  " + Escape.line(it)));
    if (!failure.fix().isEmpty()) {
      around.err().println("  fix: " + Escape.line(failure.fix()));
    }
    around.err().flush();
  }

  private static Map<String, Object> document(CommandFailed told) {
    Failure failure = told.failure();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("code", failure.code());
    document.put("action", failure.action());
    document.put("cause", failure.cause());
    document.put("fix", failure.fix());
    document.put("retryable", failure.retryable());
    document.put("validValues", told.validValues());
    return document;
  }

  private static List<String> validValues(ParameterException wrong) {
    if (wrong instanceof UnmatchedArgumentException) {
      CommandLine command = wrong.getCommandLine();
      boolean option = unmatched(wrong).startsWith("-");
      return option
          ? command.getCommandSpec().optionsMap().keySet().stream().sorted().toList()
          : command.getSubcommands().keySet().stream().sorted().toList();
    }
    CommandLine.Model.ArgSpec argument = wrong.getArgSpec();
    if (argument != null && argument.type().isEnum()) {
      return Arrays.stream(argument.type().getEnumConstants())
          .map(it -> it.toString().toLowerCase(Locale.ROOT))
          .toList();
    }
    return List.of();
  }

  private static Optional<String> meant(ParameterException wrong, List<String> valid) {
    String given = unmatched(wrong);
    return given.isEmpty() ? Optional.empty() : Nearest.to(given, valid);
  }

  private static String unmatched(ParameterException wrong) {
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      return unmatched.getUnmatched().getFirst();
    }
    return "";
  }

  /** The format may be what could not be parsed, so it is looked up in the arguments themselves. */
  private static boolean asksForPrograms(String[] arguments) {
    for (int index = 0; index < arguments.length; index++) {
      String argument = arguments[index];
      boolean named = argument.equals("-o") || argument.equals("--output");
      String format = named && index + 1 < arguments.length ? arguments[index + 1] : argument;
      if (argument.equals("--json")
          || format.replaceFirst("^(-o|--output)=?", "").matches("json|jsonl")) {
        return true;
      }
    }
    return false;
  }
}
