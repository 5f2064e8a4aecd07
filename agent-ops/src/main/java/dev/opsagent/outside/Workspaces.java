package dev.opsagent.outside;

import java.nio.file.Path;

/** The private folders of tasks, below the worker's data directory. */
public interface Workspaces {
  /** The task's folder, made when it is not there; holds {@code checkout/}, {@code artifacts/}. */
  Path of(String taskId);

  /** Deletes the task's folder and everything in it; follows no link. */
  void delete(String taskId);
}
