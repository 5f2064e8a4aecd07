package dev.opsagent.cli;

import dev.opsagent.audit.AuditEntry;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.RecordPosition;
import dev.opsagent.protocol.StatusReport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The bus as the commands use it. Everything throws {@link CommandFailed} when it cannot be used.
 */
interface Bus extends AutoCloseable {

  /** Makes the connection that a configuration describes. */
  interface Opener {
    Bus open(Configuration configuration);
  }

  /** Sends a dispatch or a control message; returns when the brokers have it. */
  RecordPosition send(Message message);

  /**
   * Begins to read status reports.
   *
   * @param task the task to follow; every task when absent
   */
  Reports reports(Optional<String> task, From from);

  /** Hands over the reports up to where they end now, in order per task. */
  void history(Optional<String> task, Consumer<StatusReport> reports);

  /** Hands over the whole audit up to where it ends now, in order per partition. */
  void audit(Consumer<AuditEntry> entries);

  @Override
  void close();

  /** Where to begin. */
  enum From {
    /** With the oldest report that is kept. */
    BEGINNING,
    /** With the first report that is written after the call. */
    NOW
  }

  /** Reports as they come. */
  interface Reports extends AutoCloseable {
    /** The next reports; none when nothing came within the time. */
    List<StatusReport> poll(Duration atMost);

    @Override
    void close();
  }
}
