package dev.opsagent.operations;

import dev.opsagent.authority.Owner;
import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.WorkspaceProof;
import dev.opsagent.authority.WorkspaceProof.Entry;
import dev.opsagent.outside.Repository.Descent;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * Proves that a commit differs from its only parent in nothing but the version that a release
 * raises: what was found out about the parent is then true of it as well. By the map of owners each
 * changed value is ours, and the files are, to the byte, those that a push would have made.
 *
 * @param owners the operator's map
 */
public record ReleaseDescent(OwnershipMap owners) {
  private static final Pattern VERSION = Pattern.compile("[0-9][0-9A-Za-z.+-]{0,127}");

  /** The parent; empty when it is not proved. */
  public Optional<String> proved(Descent descent) throws IOException {
    WorkspaceProof proof = WorkspaceProof.of(owners, descent.changes(), contents(descent));
    return isOfPointers(proof) && isRaised(descent)
        ? Optional.of(descent.parent())
        : Optional.empty();
  }

  private static WorkspaceProof.Contents contents(Descent descent) {
    return new WorkspaceProof.Contents() {
      @Override
      public byte[] before(String path) throws IOException {
        return bytes(descent.before(), path);
      }

      @Override
      public byte[] after(String path) throws IOException {
        return bytes(descent.after(), path);
      }

      @Override
      public boolean committed(String path) {
        return true;
      }
    };
  }

  private static byte[] bytes(Map<String, byte[]> files, String path) throws IOException {
    byte[] found = files.get(path);
    if (found == null) {
      throw new IOException("the commit has no plain file at a path that changed");
    }
    return found;
  }

  /** A change that cannot be told value by value has no pointer. */
  private static boolean isOfPointers(WorkspaceProof proof) {
    return proof.foreign().isEmpty()
        && proof.entries().stream().allMatch(ReleaseDescent::isOfPointer);
  }

  private static boolean isOfPointer(Entry entry) {
    return entry.owner() == Owner.OPS
        && ReleasePointers.BY_FILE.getOrDefault(entry.path(), Set.of()).contains(entry.pointer());
  }

  private static boolean isRaised(Descent descent) throws IOException {
    Set<String> versions = new HashSet<>();
    for (Map.Entry<String, byte[]> file : descent.after().entrySet()) {
      Optional<String> version = version(file.getValue());
      byte[] before = bytes(descent.before(), file.getKey());
      Set<String> pointers = ReleasePointers.BY_FILE.getOrDefault(file.getKey(), Set.of());
      boolean exact =
          version
              .flatMap(it -> JsonSplice.replace(before, pointers, it))
              .filter(made -> Arrays.equals(made, file.getValue()))
              .isPresent();
      if (!exact) {
        return false;
      }
      version.ifPresent(versions::add);
    }
    return versions.size() <= 1;
  }

  private static Optional<String> version(byte[] file) {
    return JsonSplice.read(file)
        .flatMap((ObjectNode root) -> root.optional("version"))
        .filter(it -> it.isString())
        .map(it -> it.asString())
        .filter(it -> VERSION.matcher(it).matches());
  }
}
