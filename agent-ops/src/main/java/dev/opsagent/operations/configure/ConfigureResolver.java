package dev.opsagent.operations.configure;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.BranchLookup;
import dev.opsagent.operations.RemoteBranch;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.protocol.Deliverable.ConfigurationChange;
import dev.opsagent.protocol.Deliverable.ConfigurationChange.Parity;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks up what a change of settings would do; writes nothing but a clone in the workspace, which
 * it removes again.
 *
 * @param environments names of those that are served, in the operator's order
 */
record ConfigureResolver(
    Source source,
    OwnershipMap owners,
    Set<String> environments,
    ConfigureParameters parameters,
    InstantSource clock) {

  Sight observe(StepContext context) throws Stopped, IOException {
    String environment = context.task().target().environment();
    RemoteBranch remote =
        BranchLookup.ofCommitted(source.repository(), "configure")
            .find(environment, context.task().repository().orElseThrow());
    return source.ask(
        remote.url(),
        remote.branch(),
        remote.head(),
        context,
        checkout -> observe(environment, remote, checkout));
  }

  private Sight observe(String environment, RemoteBranch remote, Checkout checkout)
      throws Stopped, IOException {
    SettingsFile file = SettingsFile.of(checkout, parameters);
    if (file.isChanged()) {
      new Ownership(owners).refuseForeign(parameters.file(), file);
    }
    List<Parity> parity = parity(environment, checkout, file);
    if (parameters.requireParity()) {
      refuseUnequal(parity);
    }
    ConfigurationChange change =
        new ConfigurationChange(parameters.file(), Optional.empty(), KeyDiff.of(file), parity);
    return Sight.of(
        remote, file.isChanged(), change, clock.instant().truncatedTo(ChronoUnit.SECONDS));
  }

  private List<Parity> parity(String own, Checkout checkout, SettingsFile file) throws Stopped {
    Set<String> keys = file.format().read(file.after()).keySet();
    EnvironmentFile path = new EnvironmentFile(parameters.file(), environments);
    List<Parity> parity = new ArrayList<>();
    for (String other : environments) {
      Optional<String> sibling = path.of(own, other).filter(it -> !it.equals(parameters.file()));
      if (sibling.isPresent()) {
        parity(other, sibling.get(), keys, checkout, file.format()).ifPresent(parity::add);
      }
    }
    return parity;
  }

  /** One environment must not keep another from being changed: what is wrong there is told. */
  private static Optional<Parity> parity(
      String other, String path, Set<String> keys, Checkout checkout, SettingsFormat format) {
    try {
      Optional<String> text = SettingsFile.text(checkout, path);
      if (text.isEmpty()) {
        return Optional.empty();
      }
      Set<String> theirs = format.read(text.get()).keySet();
      return Optional.of(
          new Parity(other, path, without(keys, theirs), without(theirs, keys), Optional.empty()));
    } catch (Stopped unreadable) {
      return Optional.of(
          new Parity(other, path, List.of(), List.of(), Optional.of(unreadable.failure().cause())));
    }
  }

  private static List<String> without(Set<String> some, Set<String> others) {
    Set<String> left = new TreeSet<>(some);
    left.removeAll(others);
    return List.copyOf(left);
  }

  private static void refuseUnequal(List<Parity> parity) throws Stopped {
    Optional<Parity> unequal = parity.stream().filter(it -> !it.holds()).findFirst();
    if (unequal.isPresent()) {
      throw new Stopped(
          Failure.of(
              ReasonCode.PRECONDITION_FAILED,
              "change the settings with equal keys in all environments",
              reason(unequal.get()),
              "configure that environment first, or leave out requireParity"));
    }
  }

  private static String reason(Parity unequal) {
    return unequal
        .unknown()
        .map(why -> unequal.file() + ": " + why)
        .orElseGet(() ->
            "%s lacks %s and has besides %s"
                .formatted(unequal.file(), unequal.missing(), unequal.extra()));
  }
}
