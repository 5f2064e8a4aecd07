package dev.opsagent.tools.git;

import dev.opsagent.outside.Repository.Release;
import dev.opsagent.outside.Repository.RemoteRefs;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.RemoteRefUpdate;

/** Where the remote's refs must stand before a push, and will stand after it. */
record Moves(List<Move> all) {
  Moves {
    all = List.copyOf(all);
  }

  /**
   * One ref.
   *
   * @param before absent: it must not be there
   */
  record Move(String ref, Optional<String> before, String after) {}

  /** A branch alone. */
  static Moves of(String branch, String before, String commit) {
    return new Moves(List.of(new Move(Constants.R_HEADS + branch, Optional.of(before), commit)));
  }

  /** A branch, and a tag that is new. */
  static Moves of(String branch, String before, Release release) {
    return new Moves(
        List.of(
            new Move(Constants.R_HEADS + branch, Optional.of(before), release.commit()),
            new Move(Constants.R_TAGS + release.tag(), Optional.empty(), release.tagObject())));
  }

  boolean holds(RemoteRefs refs) {
    return all.stream().allMatch(it -> find(refs, it).equals(it.before()));
  }

  boolean reached(RemoteRefs refs) {
    return all.stream().allMatch(it -> find(refs, it).equals(Optional.of(it.after())));
  }

  private static Optional<String> find(RemoteRefs refs, Move move) {
    return Optional.ofNullable(refs.refs().get(move.ref()));
  }

  Map<String, RemoteRefUpdate> updates(Repository sender) throws IOException {
    Map<String, RemoteRefUpdate> updates = new LinkedHashMap<>();
    for (Move move : all) {
      updates.put(move.ref(), update(sender, move));
    }
    return updates;
  }

  private static RemoteRefUpdate update(Repository sender, Move move) throws IOException {
    return new RemoteRefUpdate(
        sender,
        move.after(),
        ObjectId.fromString(move.after()),
        move.ref(),
        false,
        null,
        move.before().map(ObjectId::fromString).orElse(ObjectId.zeroId()));
  }
}
