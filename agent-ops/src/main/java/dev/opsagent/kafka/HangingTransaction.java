package dev.opsagent.kafka;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TopicRole;
import dev.opsagent.protocol.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;

/**
 * What the last transaction of a partition's writer has left open although it is aborted. A single
 * broker that was gone for longer than a transaction may take decides to abort it as it comes back,
 * often takes the transaction's partitions for deleted, as it does not know their leaders yet, and
 * never tells them (seen with 4.4.0). The ledger hides what is written behind it, the group's
 * positions count as undecided, and the next commit of the same writer makes it count.
 *
 * <p>Only what the coordinator says is aborted is ended, and only of the transaction that it says
 * so of. What may have been committed is a person's to decide.
 */
final class HangingTransaction {
  private static final String POSITIONS = Topic.GROUP_METADATA_TOPIC_NAME;
  private static final long TIMEOUT_SECONDS = 15;

  private final Admin admin;
  private final Topics topics;
  private final BusListener listener;

  HangingTransaction(Admin admin, Topics topics, BusListener listener) {
    this.admin = admin;
    this.topics = topics;
    this.listener = listener;
  }

  /**
   * Ends it in every partition of every topic of the fleet and of the group's positions. To be
   * called before the writer's next transaction is initialised, after which nobody can say any more
   * how the last one ended.
   *
   * @param partition of the tasks
   * @throws PartitionHost.Refused when this user may not end it: what the writer commits next would
   *     make it count
   * @throws KafkaException when the last transaction is still being aborted
   */
  void end(int partition, String transactionalId)
      throws PartitionHost.Refused, InterruptedException, ExecutionException, TimeoutException {
    try {
      TransactionDescription last = settled(transactionalId);
      if (last.state() == TransactionState.COMPLETE_ABORT) {
        for (Map.Entry<TopicPartition, ProducerState> one : open(last).entrySet()) {
          abort(one.getKey(), one.getValue());
          listener.endedHanging(partition, one.getKey().toString());
        }
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TransactionalIdNotFoundException)) {
        throw e;
      }
    }
  }

  private TransactionDescription settled(String transactionalId)
      throws InterruptedException, ExecutionException, TimeoutException {
    TransactionDescription last =
        Looks.until(it -> !isBeingAborted(it), () -> describe(transactionalId));
    if (isBeingAborted(last)) {
      throw new KafkaException("the transaction of " + transactionalId + " is being aborted");
    }
    return last;
  }

  private static boolean isBeingAborted(TransactionDescription transaction) {
    return transaction.state() == TransactionState.PREPARE_ABORT
        || transaction.state() == TransactionState.PREPARE_EPOCH_FENCE;
  }

  private TransactionDescription describe(String transactionalId)
      throws InterruptedException, ExecutionException, TimeoutException {
    return get(admin.describeTransactions(List.of(transactionalId)).description(transactionalId));
  }

  /** Where partitions still take the transaction for one that goes on. */
  private Map<TopicPartition, ProducerState> open(TransactionDescription aborted)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, ProducerState> open = new HashMap<>();
    List<TopicPartition> written = partitions();
    var answers = admin.describeProducers(written);
    for (TopicPartition one : written) {
      producers(answers.partitionResult(one), one).stream()
          .filter(producer -> belongs(producer, aborted))
          .forEach(producer -> open.put(one, producer));
    }
    return open;
  }

  /** Few may look at the group's positions; where they are left undecided, they are not read. */
  private static List<ProducerState> producers(
      KafkaFuture<PartitionProducerState> answer, TopicPartition where)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return get(answer).activeProducers();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException && where.topic().equals(POSITIONS)) {
        return List.of();
      }
      throw e;
    }
  }

  /** The end of a transaction makes the epoch one greater: an older one may have been committed. */
  private static boolean belongs(ProducerState producer, TransactionDescription aborted) {
    return producer.producerId() == aborted.producerId()
        && producer.producerEpoch() == aborted.producerEpoch() - 1
        && producer.currentTransactionStartOffset().isPresent();
  }

  private List<TopicPartition> partitions()
      throws InterruptedException, ExecutionException, TimeoutException {
    List<TopicPartition> partitions = new ArrayList<>();
    for (KafkaFuture<TopicDescription> answer :
        admin.describeTopics(names()).topicNameValues().values()) {
      try {
        TopicDescription topic = get(answer);
        topic.partitions().stream()
            .map(it -> new TopicPartition(topic.name(), it.partition()))
            .forEach(partitions::add);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    return partitions;
  }

  private List<String> names() {
    return Stream.concat(Arrays.stream(TopicRole.values()).map(topics::name), Stream.of(POSITIONS))
        .toList();
  }

  private void abort(TopicPartition where, ProducerState producer)
      throws PartitionHost.Refused, InterruptedException, ExecutionException, TimeoutException {
    short epoch = (short) producer.producerEpoch();
    int coordinator = producer.coordinatorEpoch().orElse(0);
    AbortTransactionSpec open =
        new AbortTransactionSpec(where, producer.producerId(), epoch, coordinator);
    try {
      get(admin.abortTransaction(open).all());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        throw new PartitionHost.Refused(forbidden(where, producer));
      }
      throw e;
    }
  }

  private static Failure forbidden(TopicPartition where, ProducerState producer) {
    return Failure.of(
        ReasonCode.CONFIGURATION,
        "end the aborted transaction of producer %d that %s still holds open"
            .formatted(producer.producerId(), where),
        "this user has no right to Alter the cluster",
        "grant it, or abort it with kafka-transactions.sh");
  }

  private static <T> T get(KafkaFuture<T> answer)
      throws InterruptedException, ExecutionException, TimeoutException {
    return answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }
}
