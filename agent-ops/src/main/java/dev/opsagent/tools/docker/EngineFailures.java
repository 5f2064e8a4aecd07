package dev.opsagent.tools.docker;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells what an engine refused in words that help. */
final class EngineFailures {
  private static final Pattern PORT =
      Pattern.compile(":(\\d{1,5})\\b.*(already allocated|already in use)");
  private static final int MAX = 300;

  private EngineFailures() {}

  /**
   * The failure that the exception of a call means.
   *
   * @throws RuntimeException the exception itself, when it is no failure of the engine but a bug
   */
  static Failure of(String action, RuntimeException e) {
    if (Thread.currentThread().isInterrupted()) {
      return Failure.passing(ReasonCode.CANCELLED, action, "it was interrupted", "");
    }
    return switch (e) {
      case NotFoundException refused ->
          Failure.of(
              ReasonCode.PRECONDITION_FAILED,
              action,
              said(refused),
              "see whether it is still there");
      case BadRequestException refused ->
          Failure.of(ReasonCode.INVALID_PARAMETERS, action, said(refused), "correct what it names");
      case ConflictException refused ->
          Failure.of(
              ReasonCode.CONFLICT, action, said(refused), "see what else changes the containers");
      case DockerException refused -> refused(action, said(refused));
      default -> unreached(action, e);
    };
  }

  private static Failure refused(String action, String said) {
    Matcher port = PORT.matcher(said);
    if (port.find()) {
      return Failure.of(
          ReasonCode.PRECONDITION_FAILED,
          action,
          "another program listens on port " + port.group(1),
          "end that program or give the service another port");
    }
    return Failure.passing(ReasonCode.TOOL_FAILED, action, said, "read the engine's log");
  }

  private static Failure unreached(String action, RuntimeException e) {
    if (!(e.getCause() instanceof IOException)) {
      throw e;
    }
    return Failure.passing(
        ReasonCode.TOOL_FAILED,
        action,
        "the Docker engine does not answer",
        "start the Docker engine, or set DOCKER_HOST to where it listens");
  }

  private static String said(DockerException e) {
    return sentence(Optional.ofNullable(e.getMessage()).orElse("it gave no reason"));
  }

  /** One printable line of what an engine said, out of the JSON that it may come in. */
  static String sentence(String text) {
    String message = message(text.substring(Math.max(0, text.indexOf('{')))).orElse(text);
    String line = message.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() <= MAX ? line : line.substring(0, MAX) + "…";
  }

  private static Optional<String> message(String json) {
    try {
      return Json.readTree(json.getBytes(StandardCharsets.UTF_8))
          .path("message")
          .asStringOpt()
          .filter(message -> !message.isBlank());
    } catch (InvalidMessage e) {
      return Optional.empty();
    }
  }
}
