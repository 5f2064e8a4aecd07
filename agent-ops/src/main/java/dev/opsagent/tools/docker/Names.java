package dev.opsagent.tools.docker;

import java.util.Optional;
import java.util.Set;

/**
 * The names that containers of one target bear. A name tells what its container is for, and only
 * one container can bear it: renaming is how a change is committed.
 *
 * @param current the release that was deployed last
 */
record Names(String current) {
  /**
   * @param project put before them
   */
  static Names of(Optional<String> project, String target) {
    String named = project.map(it -> it + "." + target).orElse(target);
    return new Names(
        named.replace('/', '.').replaceAll("[^A-Za-z0-9_.-]", "-").replaceFirst("^[_.-]+", ""));
  }

  /**
   * Bears the current release once a rollback took the same image back and started it again: the
   * digest alone could not tell that this was done.
   */
  String restored() {
    return current + ".restored";
  }

  /** A release that is being deployed. */
  String next() {
    return current + ".next";
  }

  /** The release before the current one, stopped. */
  String previous() {
    return current + ".previous";
  }

  /**
   * What somebody made by hand under the name, once it was taken over: stopped, and kept.
   *
   * @param ran whether it is to be started when it comes back
   */
  String byHand(boolean ran) {
    return current + (ran ? ".by-hand" : ".by-hand-stopped");
  }

  Set<String> all() {
    return Set.of(current, restored(), next(), previous());
  }
}
