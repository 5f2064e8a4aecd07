package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Workspaces;

/**
 * Opens what the steps of a task share: its folders and its clones.
 *
 * @param owners the map that their changes are judged by
 */
record ReleaseSource(Repository repository, Workspaces workspaces, OwnershipMap owners) {
  WriteBoundary boundary() {
    return new WriteBoundary(owners);
  }

  TaskFolders folders(StepContext context) {
    return TaskFolders.of(workspaces, context);
  }

  /** The clone that is committed from and pushed. */
  Checkout source(StepContext context) throws Stopped {
    return unlessOk(repository.open(folders(context).source()));
  }

  /** The clone that the package's scripts may have changed. */
  Checkout checkout(StepContext context) throws Stopped {
    return unlessOk(repository.open(folders(context).checkout()));
  }
}
