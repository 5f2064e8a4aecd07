package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.push.PushParameters.Publish;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.PackageRegistry.Listing;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes a published version out of everybody's way: deprecated, and no longer what a dist-tag
 * gives. It cannot be erased: registries never let a version be published twice.
 */
record Withdrawal(PackageRegistry registry, Observations seen, String tag, Readback readback) {

  /** Withdraws the version and reads it back. Returns what stays visible, one line each. */
  List<String> withdraw(StepContext context) throws Stopped, InterruptedException {
    Listing before = listing();
    if (!before.deprecated().contains(seen.next())) {
      context.fence().check();
      unlessOk(registry.deprecate(seen.packageName(), seen.next(), message(before)));
    }
    for (String moved : tagsOfThisVersion(before)) {
      moveBack(moved, before, context);
    }
    if (!readback.until(() -> isWithdrawn(listing(), before), context.timeout().dividedBy(2))) {
      throw new Stopped(notShown());
    }
    return remains(before);
  }

  private Listing listing() throws Stopped {
    return unlessOk(registry.find(seen.packageName())).orElseThrow(() -> new Stopped(notShown()));
  }

  /** A registry also names the first version {@code latest}, whatever tag it came with. */
  private Set<String> tagsOfThisVersion(Listing listing) {
    Set<String> tags = new TreeSet<>(List.of(tag, Publish.LATEST));
    tags.removeIf(name -> !seen.next().equals(listing.tags().get(name)));
    return tags;
  }

  private void moveBack(String name, Listing before, StepContext context) throws Stopped {
    Optional<String> earlier = earlier(name, before);
    context.fence().check();
    if (earlier.isPresent()) {
      unlessOk(registry.tag(seen.packageName(), name, earlier.get()));
      return;
    }
    if (!name.equals(Publish.LATEST)) {
      unlessOk(registry.untag(seen.packageName(), name));
    }
  }

  /** The version that the tag named before; for {@code latest} else the best one that is left. */
  private Optional<String> earlier(String name, Listing before) {
    Optional<String> named =
        name.equals(tag)
            ? seen.previous().filter(version -> isUsable(version, before))
            : Optional.empty();
    return named.isPresent() || !name.equals(Publish.LATEST) ? named : best(before);
  }

  private Optional<String> best(Listing before) {
    return before.versions().keySet().stream()
        .filter(version -> isUsable(version, before))
        .flatMap(version -> SemanticVersion.parse(version).stream())
        .max(
            Comparator.comparing(SemanticVersion::isPreRelease, Comparator.reverseOrder())
                .thenComparing(Comparator.naturalOrder()))
        .map(SemanticVersion::toString);
  }

  private boolean isUsable(String version, Listing before) {
    return !version.equals(seen.next())
        && before.versions().containsKey(version)
        && !before.deprecated().contains(version);
  }

  private boolean isWithdrawn(Listing now, Listing before) {
    return now.deprecated().contains(seen.next())
        && tagsOfThisVersion(now).stream().allMatch(name -> mustStay(name, before));
  }

  private boolean mustStay(String name, Listing before) {
    return name.equals(Publish.LATEST) && earlier(name, before).isEmpty();
  }

  private List<String> remains(Listing before) {
    List<String> remains = new ArrayList<>();
    remains.add("npm:" + seen.coordinates() + " on the registry, deprecated");
    if (tagsOfThisVersion(before).stream().anyMatch(name -> mustStay(name, before))) {
      remains.add(
          "dist-tag latest of %s still names %s: there is no other version to name"
              .formatted(seen.packageName(), seen.next()));
    }
    return remains;
  }

  private String message(Listing before) {
    String instead = earlier(tag, before).or(() -> best(before)).map(v -> "; use " + v).orElse("");
    return "withdrawn: this release did not serve" + instead;
  }

  private Failure notShown() {
    return Failure.passing(
        ReasonCode.UNDO_FAILED,
        "withdraw npm:" + seen.coordinates(),
        "the registry does not show the version as withdrawn",
        "look at it: npm view " + seen.packageName());
  }
}
