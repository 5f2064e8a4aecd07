package dev.opsagent.tools.docker;

import dev.opsagent.outside.ContainerHistory;
import dev.opsagent.outside.ContainerHistory.End;
import dev.opsagent.outside.ServiceRuntime.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares the current container of a target with what it was made to be.
 *
 * @param history what the engine has seen of it
 */
record Drift(Container container, ContainerHistory history) {
  /** A container whose release was stopped by a task of ours is as it should be. */
  List<Difference> found() {
    List<Difference> found = new ArrayList<>();
    Recipe recipe = container.recipe();
    if (container.state().isPaused()) {
      found.add(of("state", "running", "paused", history.ofPause()));
    } else if (container.state().isRestarting()) {
      found.add(
          of("state", "running", "ended, and is started again and again", Optional.of(ended())));
    } else if (!container.isAlive()) {
      String code = "ended with exit code " + container.state().exitCode();
      found.add(of("state", "running", code, Optional.of(ended())));
    }
    if (recipe.cpus().orElse(0.0) != container.allowance().cpus()) {
      found.add(
          updated("cpus", words(recipe.cpus().orElse(0.0)), words(container.allowance().cpus())));
    }
    if (recipe.memory().orElse(0L) != container.allowance().memory()) {
      found.add(
          updated(
              "memory", words(recipe.memory().orElse(0L)), words(container.allowance().memory())));
    }
    if (!container.isConfirmed()) {
      found.add(updated("restart policy", "unless-stopped", "another one"));
    }
    return found;
  }

  private String ended() {
    Container.State state = container.state();
    return history.ofEnd(new End(state.finishedAt(), state.exitCode(), state.isOutOfMemory()));
  }

  private Difference updated(String field, String wanted, String found) {
    return of(field, wanted, found, history.ofUpdate());
  }

  private static Difference of(String field, String wanted, String found, Optional<String> by) {
    return new Difference(field, wanted, found, by);
  }

  private static String words(double cpus) {
    return cpus == 0 ? "no limit" : Double.toString(cpus);
  }

  private static String words(long bytes) {
    return bytes == 0 ? "no limit" : bytes + " bytes";
  }
}
