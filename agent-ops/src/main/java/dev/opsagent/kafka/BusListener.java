package dev.opsagent.kafka;

import dev.opsagent.execution.Journal;
import dev.opsagent.protocol.Failure;
import java.time.Duration;
import java.util.Set;

/** Hears what goes on at the bus, for metrics and escalations. Called on the bus's own threads. */
public interface BusListener {
  /** These are the partitions that this worker owns now. */
  default void assigned(Set<Integer> partitions) {}

  /** A partition was restored and takes records. */
  default void opened(int partition, Duration took) {}

  /** A partition could not be opened; it is tried again after a while. */
  default void refused(int partition, Failure why) {}

  /**
   * A partition is not served, and waiting for the next attempt is not enough: the PM must know.
   * Told once for each time that this worker is given the partition.
   */
  default void unserved(int partition, Failure why) {}

  /** A partition is served again whose ledger says that the PM was told. */
  default void served(int partition) {}

  /** A transaction of a partition was committed. */
  default void committed(int partition, int entries, Duration latency) {}

  /** A journal can no longer tell what was committed; its partition is restored. */
  default void journalLost(int partition, String why) {}

  /** Records of an input that wait to be read. */
  default void lag(int partition, Journal.Input input, long records) {}

  /** The position of an input was no longer there; it is read from its beginning. */
  default void rewound(int partition, Journal.Input input) {}

  /**
   * An aborted transaction of a partition, which the brokers had left open there, was ended.
   *
   * @param where {@code <topic>-<partition>} whose records it hid
   */
  default void endedHanging(int partition, String where) {}

  /** The bus could not be read; it is tried again. */
  default void pollFailed(Failure why) {}

  /** Hears nothing. */
  BusListener NONE = new BusListener() {};
}
