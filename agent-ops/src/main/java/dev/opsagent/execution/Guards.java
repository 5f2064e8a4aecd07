package dev.opsagent.execution;

import java.time.Duration;
import java.util.Optional;

/**
 * Stands between steps and the peers of their tools: limits how much goes to a peer at once and in
 * a second, and holds everything back from a peer that no longer answers. Safe for use by many
 * threads.
 */
public interface Guards {
  /** Asks to begin an attempt on the peer. Blocks for a while when the peer has enough to do. */
  Entry enter(Peer peer);

  /**
   * Whom a tool talks to.
   *
   * @param tool such as {@code npm}
   * @param address what tells its peers apart, without credentials: a URL, a target
   */
  record Peer(String tool, String address) {
    @Override
    public String toString() {
      return tool + " " + address;
    }
  }

  /** The answer to a request to begin. */
  sealed interface Entry permits Held, Pass {}

  /**
   * Nothing may go to the peer for now.
   *
   * @param pause after which to ask again
   */
  record Held(Duration pause, String why) implements Entry {}

  /** The attempt may begin; must be given back once, whatever comes of it. */
  non-sealed interface Pass extends Entry {
    /** Gives it back: the peer answered, with whatever. */
    void answered();

    /**
     * Gives it back: the peer did not answer.
     *
     * @return how long everything is held back from it, when this was once too often
     */
    Optional<Duration> silent();

    /** Gives it back without a word on the peer. */
    void unused();
  }

  /** Lets everything through. */
  Guards NONE = _ -> new Open();

  /** The pass of a guard that limits nothing. */
  final class Open implements Pass {
    @Override
    public void answered() {}

    @Override
    public Optional<Duration> silent() {
      return Optional.empty();
    }

    @Override
    public void unused() {}
  }
}
