package dev.opsagent.kafka;

import dev.opsagent.protocol.AgentCard;
import dev.opsagent.protocol.EventCodec;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the other agents what this one does: the latest card of a name is the valid one. */
public final class CardAnnouncement {
  private static final Logger LOG = LoggerFactory.getLogger(CardAnnouncement.class);
  private static final long SECONDS = 30;

  private final BusSettings settings;

  public CardAnnouncement(BusSettings settings) {
    this.settings = settings;
  }

  /** Writes the card; blocks. A worker whose card cannot be written works all the same. */
  public void announce(AgentCard card) {
    try (Producer<byte[], byte[]> producer = new Clients(settings).plainWriter()) {
      producer
          .send(
              EventCodec.write(
                  settings.topics().cards(),
                  null,
                  card.name(),
                  card,
                  "/ops-agent/" + settings.workerId(),
                  UUID.randomUUID().toString(),
                  card.at(),
                  Optional.empty()))
          .get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      LOG.warn("could not announce the agent card: {}", e.toString());
    }
  }
}
