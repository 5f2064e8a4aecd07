package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.operations.JsonSplice;
import dev.opsagent.operations.ReleasePointers;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files that a release raises the version in, and how they look afterwards. */
final class ReleaseFiles {
  private ReleaseFiles() {}

  /** Those of the candidates that the commit has. */
  static List<String> in(Checkout checkout) throws Stopped {
    Set<String> files = unlessOk(checkout.files()).keySet();
    return ReleasePointers.BY_FILE.keySet().stream().filter(files::contains).sorted().toList();
  }

  /** The files of HEAD with the version raised; all other bytes as they are. */
  static SortedMap<String, byte[]> raised(Checkout checkout, Observations seen) throws Stopped {
    SortedMap<String, byte[]> raised = new TreeMap<>();
    for (String name : seen.releaseFiles()) {
      raised.put(name, raised(checkout, name, seen.next()));
    }
    return raised;
  }

  private static byte[] raised(Checkout checkout, String name, String version) throws Stopped {
    byte[] before = unlessOk(checkout.file(name)).orElseThrow(() -> unreadable(name));
    return JsonSplice.replace(before, ReleasePointers.BY_FILE.getOrDefault(name, Set.of()), version)
        .orElseThrow(() -> unreadable(name));
  }

  private static Stopped unreadable(String name) {
    return new Stopped(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "raise the version in " + name,
            "it is not a JSON object in UTF-8 with a version as text",
            "correct it on the branch, then push again"));
  }
}
