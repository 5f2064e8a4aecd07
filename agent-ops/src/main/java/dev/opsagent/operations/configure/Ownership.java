package dev.opsagent.operations.configure;

import dev.opsagent.authority.FileChange;
import dev.opsagent.authority.FileState;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.WorkspaceProof;
import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Judges the change of a file by what is in it, as a program's change would be judged. */
record Ownership(OwnershipMap owners) {
  private static final int MODE = 0644;

  /** Ends what would change somebody else's values. */
  void refuseForeign(String path, SettingsFile file) throws Stopped, IOException {
    FileChange change = new FileChange(path, state(file.bytesBefore()), state(file.bytesAfter()));
    WorkspaceProof proof = WorkspaceProof.of(owners, List.of(change), new Contents(file));
    if (!proof.foreign().isEmpty()) {
      throw foreign(proof.foreign().getFirst());
    }
  }

  private static Optional<FileState> state(byte[] bytes) {
    return Optional.of(
        new FileState(FileState.Kind.FILE, MODE, bytes.length, Digests.sha256(bytes), false));
  }

  private static Stopped foreign(WorkspaceProof.Entry entry) {
    String place = entry.pointer().isEmpty() ? entry.path() : entry.path() + "#" + entry.pointer();
    return new Stopped(
        Failure.of(
            ReasonCode.NOT_MINE,
            "change " + entry.path(),
            "%s belongs to %s (rule %s)".formatted(place, entry.owner().title(), entry.rule()),
            "dispatch that part to " + entry.owner().title()));
  }

  private record Contents(SettingsFile file) implements WorkspaceProof.Contents {
    @Override
    public byte[] before(String path) {
      return file.bytesBefore();
    }

    @Override
    public byte[] after(String path) {
      return file.bytesAfter();
    }

    @Override
    public boolean committed(String path) {
      return true;
    }
  }
}
