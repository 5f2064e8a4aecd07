package dev.opsagent.execution;

import dev.opsagent.execution.Guards.Held;
import dev.opsagent.execution.Guards.Pass;
import dev.opsagent.execution.Guards.Peer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One attempt behind the guard of the peer that it talks to. An attempt that the guard holds back,
 * and one that shows that the peer is down, does not count: it is made again later.
 *
 * @param <R> what the attempt comes to
 * @param failure why it came to nothing, if it did
 * @param deferred the result of an attempt that is to be made again after the time
 */
record GuardedRun<R>(Guards guards, Function<R, Optional<Failure>> failure, Deferring<R> deferred) {

  /** Makes the result of an attempt that is to be made again. */
  interface Deferring<R> {
    /**
     * @param tried whether it was begun
     */
    R after(Failure failure, Duration pause, boolean tried);
  }

  R run(Optional<Peer> peer, String action, Supplier<R> attempt) {
    if (peer.isEmpty()) {
      return attempt.get();
    }
    return switch (guards.enter(peer.orElseThrow())) {
      case Held(Duration wait, String why) -> deferred.after(heldBack(action, why), wait, false);
      case Pass pass -> run(pass, action, attempt);
    };
  }

  private R run(Pass pass, String action, Supplier<R> attempt) {
    R result;
    try {
      result = attempt.get();
    } catch (RuntimeException e) {
      pass.unused();
      throw e;
    }
    Optional<Failure> silence = failure.apply(result).filter(GuardedRun::silent);
    if (silence.isEmpty()) {
      pass.answered();
      return result;
    }
    return pass.silent()
        .map(wait -> deferred.after(heldBack(action, silence.orElseThrow().cause()), wait, true))
        .orElse(result);
  }

  /** What was cut off or refused by the tool says nothing of the peer. */
  private static boolean silent(Failure failure) {
    return failure.retryable() && failure.code() == ReasonCode.UNREACHABLE;
  }

  private static Failure heldBack(String action, String why) {
    return Failure.passing(ReasonCode.BREAKER_OPEN, action, why, "it is tried again by itself");
  }
}
