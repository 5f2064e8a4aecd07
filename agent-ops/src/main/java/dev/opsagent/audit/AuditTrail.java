package dev.opsagent.audit;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Digests;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole audit as it is read from its beginning: proves that nothing of it was changed. What
 * lies there as it was written is proved from its bytes; everything else is decoded first.
 */
public final class AuditTrail {
  private static final String ALGORITHM = "sha256:";

  private final SealedLine line = new SealedLine(Digests.newSha256());
  private final Map<Integer, Link> links = new HashMap<>();
  private final List<String> breaks = new ArrayList<>();
  private long records;

  /** The last record of a partition's chain, its hash in hex digits. */
  private record Link(long sequence, byte[] hash) {}

  /** Takes the next record of a partition. */
  public void add(AuditEntry entry) {
    int partition = entry.place().partition();
    Optional<Link> last = Optional.ofNullable(links.get(partition));
    if (line.proves(entry.value()) && last.filter(this::isNext).isPresent()) {
      records++;
      links.put(partition, new Link(line.sequence(), line.hash()));
      return;
    }
    entry.decoded().get().ifPresent(record -> add(record, entry, last));
  }

  private boolean isNext(Link last) {
    return line.sequence() == last.sequence() + 1 && line.follows(last.hash());
  }

  private void add(AuditRecord record, AuditEntry entry, Optional<Link> last) {
    records++;
    AuditChain chain = new AuditChain();
    last.ifPresent(link ->
        chain.resume(
            link.sequence(), ALGORITHM + new String(link.hash(), StandardCharsets.US_ASCII)));
    if (last.isEmpty() && record.sequence() != 1) {
      breaks.add(
          entry.place() + ": records 1 to " + (record.sequence() - 1) + " are missing before it");
    }
    chain.verify(record).ifPresent(fault -> breaks.add(entry.place() + ": " + fault));
    byte[] hash = record.hash().substring(ALGORITHM.length()).getBytes(StandardCharsets.US_ASCII);
    links.put(entry.place().partition(), new Link(record.sequence(), hash));
  }

  /** What is wrong, and where; nothing when the chains are intact. */
  public List<String> breaks() {
    return List.copyOf(breaks);
  }

  public int partitions() {
    return links.size();
  }

  public long records() {
    return records;
  }
}
