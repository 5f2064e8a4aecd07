package dev.opsagent.tools.docker;

import dev.opsagent.outside.ServiceRuntime.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the current container of a target with what it was made to be. */
record Drift(Container container) {
  /** A container whose release was stopped by a task of ours is as it should be. */
  List<Difference> found() {
    List<Difference> found = new ArrayList<>();
    Recipe recipe = container.recipe();
    if (container.state().isPaused()) {
      found.add(of("state", "running", "paused"));
    } else if (!container.isAlive()) {
      found.add(of("state", "running", "ended with exit code " + container.state().exitCode()));
    }
    if (recipe.cpus().orElse(0.0) != container.allowance().cpus()) {
      found.add(of("cpus", words(recipe.cpus().orElse(0.0)), words(container.allowance().cpus())));
    }
    if (recipe.memory().orElse(0L) != container.allowance().memory()) {
      found.add(
          of("memory", words(recipe.memory().orElse(0L)), words(container.allowance().memory())));
    }
    if (!container.isConfirmed()) {
      found.add(of("restart policy", "unless-stopped", "another one"));
    }
    return found;
  }

  private static Difference of(String field, String wanted, String found) {
    return new Difference(field, wanted, found, Optional.empty());
  }

  private static String words(double cpus) {
    return cpus == 0 ? "no limit" : Double.toString(cpus);
  }

  private static String words(long bytes) {
    return bytes == 0 ? "no limit" : bytes + " bytes";
  }
}
