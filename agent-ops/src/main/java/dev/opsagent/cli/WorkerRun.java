package dev.opsagent.cli;

import dev.opsagent.configuration.Configuration;

/** Runs a worker in this process. */
interface WorkerRun {
  /** Runs until SIGINT or SIGTERM; prints {@code ready: …} on stdout once it takes tasks. */
  ExitCode untilInterrupted(Configuration configuration, Format format);
}
