package dev.opsagent.configuration;

import dev.opsagent.authority.trust.Admission;
import dev.opsagent.authority.trust.Authenticator;
import dev.opsagent.authority.trust.Trust;
import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.EventCodec.Incoming;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The trust file as it is now: a key that is added or revoked counts for the next message. */
public final class ReloadedTrust implements Authenticator {
  private final Reloaded<Trust> file;

  private ReloadedTrust(Reloaded<Trust> file) {
    this.file = file;
  }

  /**
   * Reads it for the first time; the failure names every place that is wrong.
   *
   * @param bound how old a message may be when the broker takes it
   */
  public static Answer<ReloadedTrust> open(Path file, Duration bound) {
    return switch (Reloaded.open("keys", file, path -> TrustFile.load(path, bound))) {
      case Answer.Ok<Reloaded<Trust>>(Reloaded<Trust> reloaded) ->
          new Answer.Ok<>(new ReloadedTrust(reloaded));
      case Answer.No<Reloaded<Trust>>(var failure) -> new Answer.No<>(failure);
    };
  }

  @Override
  public Admission admit(Incoming incoming, Instant appendedAt) {
    return file.get().admit(incoming, appendedAt);
  }

  /** Why the file as it is now is not in force, in one sentence; empty when it is. */
  public Optional<String> fault() {
    return file.fault();
  }
}
