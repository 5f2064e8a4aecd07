package dev.opsagent.protocol;

/**
 * Where a record lies: the address by which the topics prove it.
 *
 * @param offset the record's offset in its partition
 */
public record RecordPosition(String topic, int partition, long offset) {
  /** {@code <topic>/<partition>@<offset>}. */
  @Override
  public String toString() {
    return topic + "/" + partition + "@" + offset;
  }
}
