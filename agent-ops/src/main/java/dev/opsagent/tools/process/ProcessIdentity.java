package dev.opsagent.tools.process;

/**
 * One process and no other that gets its number later.
 *
 * @param born when it started: boot id and clock ticks since the boot where {@code /proc} tells
 *     them, which no change of the wall clock moves; else the start time
 */
record ProcessIdentity(long pid, String born) {
  @Override
  public String toString() {
    return pid + "@" + born;
  }
}
