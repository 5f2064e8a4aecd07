package dev.opsagent.bench;

import java.io.IOException;

/** What a person deploys one image with who has no agent. */
public sealed interface Rival permits ComposeUp, KubectlApply {
  /** As people call it: a command. */
  String name();

  /** What it brings up. */
  String image();

  /** The environment in which a worker deploys to the same place. */
  String environment();

  /**
   * Brings the image up under a name of its own, and takes it down again.
   *
   * @return nanoseconds until it was up
   */
  long up() throws IOException, InterruptedException;

  /** Removes what a worker keeps of the service after it was stopped. */
  void remove(String service) throws IOException, InterruptedException;
}
