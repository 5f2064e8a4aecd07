package dev.opsagent;

import dev.opsagent.authority.trust.Authenticator;
import dev.opsagent.authority.trust.Trust;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.GatesFile;
import dev.opsagent.configuration.Reloaded;
import dev.opsagent.configuration.ReloadedEnvironments;
import dev.opsagent.configuration.TrustFile;
import dev.opsagent.evidence.GatePolicy;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the operator has written beside the configuration, and may change while the worker runs. A
 * file that is missing or unsound stops the start; later, what it said last holds.
 *
 * @param gates what must stand before anything runs
 * @param trust whose word a message is; empty where nobody must sign
 */
record OperatorFiles(
    Reloaded<Environments> environments,
    Reloaded<GatePolicy> gates,
    Optional<Reloaded<Trust>> trust) {
  private static final Logger LOG = LoggerFactory.getLogger(OpsAgent.class);

  static OperatorFiles open(Configuration configuration) throws OpsAgent.CannotStart {
    Reloaded<Environments> environments = sound(ReloadedEnvironments.open(configuration));
    Reloaded<GatePolicy> gates = sound(GatesFile.open(configuration.gates()));
    gates
        .get()
        .unknown(environments.get())
        .forEach(
            it -> LOG.warn("the gate policy names {}, and no such environment is declared", it));
    return new OperatorFiles(environments, gates, trust(configuration.signing()));
  }

  private static Optional<Reloaded<Trust>> trust(Configuration.Signing signing)
      throws OpsAgent.CannotStart {
    if (!signing.required()) {
      LOG.warn("SIGNATURES ARE OFF: whoever may write to the bus may order anything");
      return Optional.empty();
    }
    if (signing.trust().isEmpty()) {
      throw new OpsAgent.CannotStart(
          List.of(
              Failure.of(
                  ReasonCode.CONFIGURATION,
                  "tell whose messages count",
                  "signatures are required, and no trust file is named",
                  "name one in trust:, or write signatures: off where anybody may order")));
    }
    return Optional.of(sound(TrustFile.open(signing.trust().get(), signing.bound())));
  }

  private static <T> T sound(Answer<T> opened) throws OpsAgent.CannotStart {
    return switch (opened) {
      case Answer.Ok<T>(T file) -> file;
      case Answer.No<T>(Failure unsound) -> throw new OpsAgent.CannotStart(List.of(unsound));
    };
  }

  /** For whose word a message is taken. */
  Authenticator authenticator() {
    return trust.<Authenticator>map(Signers::new).orElse(Authenticator.OFF);
  }

  /** Differs whenever gates are judged otherwise, or the trust file was read again. */
  String version() {
    String signers = trust.map(it -> "-" + System.identityHashCode(it.get())).orElse("");
    return gates.get().digest() + signers;
  }

  /** Why a file is not in force as it is now: it must be seen before anybody relies on it. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    environments.fault().ifPresent(faults::add);
    gates.fault().ifPresent(faults::add);
    trust.flatMap(Reloaded::fault).ifPresent(faults::add);
    return faults;
  }
}
