package dev.opsagent.testing;

import dev.opsagent.outside.LocalPorts;

/** Ports of this machine for the services of tests. */
public final class FreePort {
  private FreePort() {}

  /** One that nobody listens on, and that no outgoing connection of another test takes. */
  public static int any() {
    return LocalPorts.free();
  }
}
