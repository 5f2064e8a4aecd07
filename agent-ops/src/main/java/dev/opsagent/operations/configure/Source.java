package dev.opsagent.operations.configure;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Workspaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The repository, and where a task's clones of it lie. */
record Source(Repository repository, Workspaces workspaces) {
  /** The clone with the commit; it has this name only once the commit is in it. */
  Path committed(StepContext context) {
    return workspaces.of(context.task().taskId()).resolve("source");
  }

  /** Where a clone is until it has what it was made for. */
  Path unfinished(StepContext context) {
    return workspaces.of(context.task().taskId()).resolve("source.unfinished");
  }

  /** A question to a clone that is gone after it. */
  interface Question<T> {
    T ask(Checkout checkout) throws Stopped, IOException;
  }

  <T> T ask(String url, String branch, String commit, StepContext context, Question<T> question)
      throws Stopped, IOException {
    Path folder = unfinished(context);
    try {
      return question.ask(clone(url, branch, commit, folder));
    } finally {
      FolderRemoval.remove(folder);
    }
  }

  /** Clones into the folder, whatever was there. */
  Checkout clone(String url, String branch, String commit, Path folder)
      throws Stopped, IOException {
    FolderRemoval.remove(folder);
    return unlessOk(repository.clone(url, branch, commit, Files.createDirectories(folder)));
  }
}
