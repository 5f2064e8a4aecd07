package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.authority.Owner;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.RepositoryPath;
import dev.opsagent.authority.WorkspaceProof;
import dev.opsagent.operations.Lines;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository.Change;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;
import java.util.function.Predicate;

/**
 * The third wall: what changed in a tree is compared with the map of owners.
 *
 * @param owners the operator's map
 */
record WriteBoundary(OwnershipMap owners) {
  private static final int SHOWN = 5;

  /** A tree in which tools ran may hold new generated files, and nothing else. */
  void afterTools(Checkout checkout, String base, String action) throws Stopped {
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

  /**
   * What a repository's code changed is kept only when nothing of it is foreign. Files of ours that
   * it made are told as well; {@link #afterTools} refuses those that git would see.
   */
  void refuseForeign(WorkspaceProof proof, String action) throws Stopped {
    if (proof.foreign().isEmpty()) {
      return;
    }
    List<WorkspaceProof.Entry> foreign =
        proof.entries().stream()
            .filter(entry -> entry.foreign() || entry.owner() == Owner.OPS)
            .toList();
    List<String> named = foreign.stream().limit(SHOWN).map(WriteBoundary::evidence).toList();
    throw new Stopped(
        Failure.of(
            ReasonCode.FOREIGN_CHANGE,
            action,
            "it changed " + String.join("; ", named) + more(foreign.size()),
            "see what the package's scripts write; none of it was kept"));
  }

  /** "src/app.js (owner: Engineer) by rule rest/application, from sha256:… to nothing". */
  private static String evidence(WorkspaceProof.Entry entry) {
    return "%s%s (owner: %s) by rule %s, from %s to %s"
        .formatted(
            shown(entry.path()),
            entry.pointer().isEmpty() ? "" : "#" + shown(entry.pointer()),
            entry.owner().title(),
            entry.rule(),
            entry.before().map(WriteBoundary::shown).orElse("nothing"),
            entry.after().map(WriteBoundary::shown).orElse("nothing"));
  }

  private static String more(int count) {
    return count > SHOWN ? " and %d more".formatted(count - SHOWN) : "";
  }

  /** A person's tree may hold changes of this agent's own files, which a release leaves alone. */
  void inWorkingFolder(Checkout checkout, String action) throws Stopped {
    check(
        checkout,
        change ->
            isOwnedBy(change, Owner.OPS)
                || (!change.tracked() && isOwnedBy(change, Owner.GENERATED)),
        action,
        "commit or stash it");
  }

  /** Refuses a packed file that neither the commit has nor a declared build makes. */
  Stopped foreignEntry(String path, String why) {
    return new Stopped(
        Failure.of(
            ReasonCode.FOREIGN_CHANGE,
            "check what was packed",
            "%s (owner: %s) %s".formatted(shown(path), owner(path), why),
            "commit it, ignore it in .npmignore, or declare its folder in /files"));
  }

  private void check(Checkout checkout, Predicate<Change> allowed, String action, String fix)
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
    throw new Stopped(
        Failure.of(
            ReasonCode.FOREIGN_CHANGE,
            action,
            "changed outside the release: " + String.join(", ", named) + more(foreign.size()),
            fix));
  }

  private boolean isOwnedBy(Change change, Owner owner) {
    return RepositoryPath.isPath(change.path()) && owners.judge(change.path()).owner() == owner;
  }

  private String owner(String path) {
    return RepositoryPath.isPath(path) ? owners.judge(path).owner().title() : "nobody";
  }

  private static String shown(String path) {
    return Lines.printable(path);
  }
}
