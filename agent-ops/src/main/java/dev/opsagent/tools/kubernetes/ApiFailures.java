package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells what a server refused in words that help. */
final class ApiFailures {
  private static final String MANAGER_CONFLICT = "FieldManagerConflict";

  /** A server is told no secret but its own token, and says none of it. */
  private static final Printable SAID = Printable.log(UnaryOperator.identity());

  private ApiFailures() {}

  /**
   * The failure that the exception of a call means.
   *
   * @throws KubernetesClientException the exception itself, when it is no failure but a bug
   */
  static Failure of(String action, String namespace, KubernetesClientException e) {
    if (Thread.currentThread().isInterrupted()) {
      return Failure.passing(ReasonCode.CANCELLED, action, "it was interrupted", "");
    }
    if (e.getCode() <= 0) {
      return unreached(action, e);
    }
    return switch (e.getCode()) {
      case 401 ->
          Failure.of(
              ReasonCode.CREDENTIALS_REJECTED,
              action,
              "the server does not accept the credentials",
              "renew them in the kubeconfig that the environment names");
      case 403 ->
          Failure.of(
              ReasonCode.CREDENTIALS_REJECTED,
              action,
              said(e),
              "give the worker's account that right in the namespace %s".formatted(namespace));
      case 404 ->
          Failure.of(
              ReasonCode.PRECONDITION_FAILED,
              action,
              said(e),
              "see that the namespace %s exists".formatted(namespace));
      case 409 -> conflict(action, e);
      case 400, 413, 422 ->
          Failure.of(ReasonCode.INVALID_PARAMETERS, action, said(e), "correct what it names");
      default ->
          Failure.passing(
              ReasonCode.TOOL_FAILED, action, said(e), "see the health of the API server");
    };
  }

  private static Failure conflict(String action, KubernetesClientException e) {
    List<StatusCause> causes =
        Optional.ofNullable(e.getStatus())
            .map(Status::getDetails)
            .map(StatusDetails::getCauses)
            .orElse(List.of())
            .stream()
            .filter(cause -> MANAGER_CONFLICT.equals(cause.getReason()))
            .toList();
    if (causes.isEmpty()) {
      return Failure.passing(
          ReasonCode.CONFLICT, action, said(e), "see what else changes the objects");
    }
    String owned =
        causes.stream()
            .limit(5)
            .map(cause -> cause.getField() + " (" + cause.getMessage() + ")")
            .collect(Collectors.joining(", "));
    return Failure.of(
        ReasonCode.CONFLICT,
        action,
        SAID.line("somebody else manages " + owned),
        "have that manager give the field up, or set it to the same value; nothing is overwritten");
  }

  private static Failure unreached(String action, KubernetesClientException e) {
    boolean silent =
        Stream.<Throwable>iterate(e, it -> it != null, Throwable::getCause)
            .limit(10)
            .anyMatch(it -> it instanceof IOException || it instanceof TimeoutException);
    if (!silent) {
      throw e;
    }
    return Failure.passing(
        ReasonCode.UNREACHABLE,
        action,
        "the API server does not answer",
        "see that the cluster runs, and that the environment's kubeconfig leads to it");
  }

  /** The server's own sentence. */
  private static String said(KubernetesClientException e) {
    return SAID.line(
        Optional.ofNullable(e.getStatus())
            .map(Status::getMessage)
            .filter(it -> !it.isBlank())
            .orElse("it answers " + e.getCode()));
  }
}
