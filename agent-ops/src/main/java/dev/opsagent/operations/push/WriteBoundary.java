package dev.opsagent.operations.push;

import static dev.opsagent.operations.push.Stopped.unlessOk;

import dev.opsagent.authority.Owner;
import dev.opsagent.authority.Ownership;
import dev.opsagent.outside.Repository.Change;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;
import java.util.function.Predicate;

/** The third wall: what changed in a tree is compared with the map of owners. */
final class WriteBoundary {
  private static final Ownership OWNERS = Ownership.DEFAULT;
  private static final int SHOWN = 5;

  private WriteBoundary() {}

  /** A tree in which tools ran may hold new generated files, and nothing else. */
  static void afterTools(Checkout checkout, String base, String action) throws Stopped {
    if (!checkout.head().equals(base)) {
      throw new Stopped(
          Failure.of(
              ReasonCode.FOREIGN_CHANGE,
              action,
              "HEAD of the checkout was moved; commits belong to " + Owner.VERSION_CONTROL.title(),
              "take the git commands out of the package's scripts"));
    }
    check(
        checkout,
        change -> !change.tracked() && isOwnedBy(change, Owner.GENERATED),
        action,
        "see what the package's scripts write; none of it was kept");
  }

  /** A person's tree may hold changes of this agent's own files, which a release leaves alone. */
  static void inWorkingFolder(Checkout checkout, String action) throws Stopped {
    check(
        checkout,
        change ->
            isOwnedBy(change, Owner.OPS)
                || (!change.tracked() && isOwnedBy(change, Owner.GENERATED)),
        action,
        "commit or stash it");
  }

  /** Refuses a packed file that neither the commit has nor a declared build makes. */
  static Stopped foreignEntry(String path, String why) {
    return new Stopped(
        Failure.of(
            ReasonCode.FOREIGN_CHANGE,
            "check what was packed",
            "%s (owner: %s) %s".formatted(shown(path), owner(path), why),
            "commit it, ignore it in .npmignore, or declare its folder in /files"));
  }

  private static void check(Checkout checkout, Predicate<Change> allowed, String action, String fix)
      throws Stopped {
    List<String> foreign =
        unlessOk(checkout.changes()).stream()
            .filter(change -> !allowed.test(change))
            .map(Change::path)
            .sorted()
            .toList();
    if (foreign.isEmpty()) {
      return;
    }
    List<String> named =
        foreign.stream()
            .limit(SHOWN)
            .map(path -> "%s (owner: %s)".formatted(shown(path), owner(path)))
            .toList();
    String more = foreign.size() > SHOWN ? " and %d more".formatted(foreign.size() - SHOWN) : "";
    throw new Stopped(
        Failure.of(
            ReasonCode.FOREIGN_CHANGE,
            action,
            "changed outside the release: " + String.join(", ", named) + more,
            fix));
  }

  private static boolean isOwnedBy(Change change, Owner owner) {
    return Ownership.isPath(change.path()) && OWNERS.of(change.path()) == owner;
  }

  private static String owner(String path) {
    return Ownership.isPath(path) ? OWNERS.of(path).title() : "nobody";
  }

  private static String shown(String path) {
    return Lines.printable(path);
  }
}
