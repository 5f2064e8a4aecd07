package dev.opsagent.kafka;

import dev.opsagent.execution.Journal.Input;
import dev.opsagent.kafka.TopicSetup.Setup;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that reads the bus: takes part in the group, hands records to the shards of the
 * partitions that this worker owns, and keeps the lease. It never waits for work.
 */
public final class BusLoop {
  private static final Logger LOG = LoggerFactory.getLogger(BusLoop.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration SHORT_POLL = Duration.ofMillis(10);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);
  private static final Duration LEAVE = Duration.ofSeconds(5);
  private static final long LAG_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final BusSettings settings;
  private final int partitions;
  private final BusListener listener;
  private final LongSupplier nanoTime;
  private final Admin admin;
  private final Consumer<byte[], byte[]> consumer;
  private final Membership membership;
  private final MembershipProof proof;
  private final Opening.Surroundings around;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);

  private final Map<Integer, Seat> seats = new HashMap<>();
  private long lagDue;
  private boolean grown;
  private volatile boolean joined;
  private volatile boolean allOpen;
  private volatile int full;
  private volatile Duration closeGrace;

  /**
   * @param setup what {@link TopicSetup} found
   * @param nanoTime monotonic, in nanoseconds
   */
  public BusLoop(
      BusSettings settings,
      Setup.Ready setup,
      PartitionHost host,
      BusListener listener,
      LongSupplier nanoTime) {
    Clients clients = new Clients(settings);
    this.settings = settings;
    this.partitions = setup.partitions();
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.closeGrace = settings.revokeGrace();
    this.membership = Membership.of(nanoTime, settings);
    this.admin = clients.admin();
    this.consumer = clients.member();
    this.proof = new MembershipProof(consumer, membership, nanoTime, settings.sessionTimeout());
    this.around =
        new Opening.Surroundings(settings, clients, admin, host, membership, listener, nanoTime);
    this.lagDue = nanoTime.getAsLong();
    this.thread = Thread.ofPlatform().name("bus").unstarted(this::run);
  }

  /** Joins the group. Returns at once. */
  public void start() {
    thread.start();
  }

  /** Whether every partition that the group has given to this worker takes records. */
  public boolean ready() {
    return thread.isAlive() && joined && allOpen;
  }

  /** Whether the loop still runs. */
  public boolean alive() {
    return thread.isAlive();
  }

  /** How many owned partitions get no tasks for now, because their shards are full. */
  public int paused() {
    return full;
  }

  /** Has the loop look at its shards now: one that was full no longer is. */
  public void nudge() {
    consumer.wakeup();
  }

  /**
   * Hands all partitions over and leaves the group.
   *
   * @param grace for the steps that run
   */
  public void close(Duration grace) throws InterruptedException {
    closeGrace = grace;
    closing.countDown();
    nudge();
    thread.join(longestClose(grace));
  }

  /** The longest that {@link #close} takes: whoever ends the process waits longer. */
  public static Duration longestClose(Duration grace) {
    return grace.plus(LEAVE).plus(LEAVE);
  }

  private void run() {
    try {
      consumer.subscribe(
          List.of(settings.topics().tasks(), settings.topics().control()), new Assignments());
      while (closing.getCount() > 0) {
        turn();
      }
      handOver(List.copyOf(seats.keySet()), closeGrace);
    } catch (RuntimeException | Error e) {
      LOG.error("the bus loop ends", e);
      throw e;
    } finally {
      leave();
    }
  }

  private void turn() {
    for (ConsumerRecord<byte[], byte[]> record : poll()) {
      seat(record).ifPresent(seat -> seat.deliver(record));
    }
    membership.publish(consumer.groupMetadata());
    proof.renew(seats.values(), waitsForProof());
    giveUpAfterSilence();
    seats.values().forEach(Seat::tend);
    allOpen = seats.values().stream().allMatch(Seat::isOpen);
    full = (int) seats.values().stream().filter(Seat::isFull).count();
    reportLag();
  }

  private ConsumerRecords<byte[], byte[]> poll() {
    try {
      return consumer.poll(waitsForProof() ? SHORT_POLL : POLL);
    } catch (WakeupException _) {
      return ConsumerRecords.empty();
    } catch (InvalidOffsetException e) {
      rewind(e.partitions());
      return ConsumerRecords.empty();
    } catch (KafkaException e) {
      listener.pollFailed(failure(e));
      pause();
      return ConsumerRecords.empty();
    }
  }

  private Optional<Seat> seat(ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(seats.get(record.partition()));
  }

  private boolean waitsForProof() {
    return seats.values().stream().anyMatch(Seat::waitsForProof);
  }

  /** Retention has removed what was not read yet: never skip to the end, that would drop more. */
  private void rewind(Collection<TopicPartition> gone) {
    consumer.seekToBeginning(gone);
    for (TopicPartition partition : gone) {
      boolean tasks = partition.topic().equals(settings.topics().tasks());
      listener.rewound(partition.partition(), tasks ? Input.TASKS : Input.CONTROL);
    }
  }

  /** Nobody has confirmed for longer than any rebalance takes: others run these partitions. */
  private void giveUpAfterSilence() {
    long oldest = nanoTime.getAsLong() - around.patience().toNanos();
    if (!membership.provenSince(oldest)) {
      seats.values().stream()
          .filter(Seat::isOpen)
          .forEach(seat -> seat.giveUp("the group coordinator does not answer"));
    }
  }

  private void reportLag() {
    long now = nanoTime.getAsLong();
    if (now - lagDue >= 0) {
      lagDue = now + LAG_NANOS;
      seats.values().forEach(Seat::reportLag);
      checkGrowth();
    }
  }

  /**
   * Looks at the partition count that the client has learned of last. With another one, producers
   * send tasks of a target to two partitions, so none is taken any more.
   */
  private void checkGrowth() {
    int count = joined ? knownPartitions() : partitions;
    if (count > partitions && !grown) {
      grown = true;
      IntStream.range(partitions, count).forEach(this::tellOfGrowth);
    }
    if (grown) {
      seats.values().forEach(Seat::refuseTasks);
    }
  }

  private void tellOfGrowth(int partition) {
    listener.refused(partition, grown(partition));
    listener.unserved(partition, grown(partition));
  }

  private int knownPartitions() {
    try {
      return consumer.partitionsFor(settings.topics().tasks(), POLL).size();
    } catch (KafkaException _) {
      return partitions; // asked again in a second
    }
  }

  private void pause() {
    try {
      boolean _ = closing.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      closing.countDown();
    }
  }

  /** Waits for the shards, at most the grace time, and keeps the lease meanwhile. */
  private void handOver(Collection<Integer> gone, Duration grace) {
    membership.publish(consumer.groupMetadata()); // a newer generation than the last poll's
    List<Seat> leaving = gone.stream().filter(seats::containsKey).map(seats::get).toList();
    List<HandOver> draining =
        leaving.stream().flatMap(seat -> seat.handOver(grace).stream()).toList();
    long end = nanoTime.getAsLong() + grace.toNanos();
    while (draining.stream().anyMatch(HandOver::isUnderWay) && end - nanoTime.getAsLong() > 0) {
      awaitAll(draining, end);
      proof.renewAndWait(seats.values());
    }
    draining.forEach(HandOver::end);
    seats.keySet().removeAll(gone);
  }

  private void awaitAll(List<HandOver> draining, long end) {
    Duration slice = settings.sessionTimeout().dividedBy(4);
    long until = Math.min(end, nanoTime.getAsLong() + slice.toNanos());
    try {
      for (HandOver drain : draining) {
        drain.await(Duration.ofNanos(Math.max(1, until - nanoTime.getAsLong())));
      }
    } catch (InterruptedException _) {
      closing.countDown();
    }
  }

  private void leave() {
    seats.values().forEach(seat -> seat.lost("the worker ends"));
    seats.clear();
    try {
      consumer.close(CloseOptions.timeout(LEAVE));
    } catch (KafkaException e) {
      LOG.warn("could not leave the group: {}", e.toString());
    }
    admin.close(Duration.ZERO);
  }

  private final class Assignments implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> given) {
      membership.publish(consumer.groupMetadata());
      numbers(given).forEach(BusLoop.this::take);
      joined = true;
      allOpen = seats.values().stream().allMatch(Seat::isOpen);
      listener.assigned(Set.copyOf(seats.keySet()));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> taken) {
      handOver(numbers(taken), settings.revokeGrace());
      listener.assigned(Set.copyOf(seats.keySet()));
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> taken) {
      membership.lost();
      for (int number : numbers(taken)) {
        Optional.ofNullable(seats.remove(number))
            .ifPresent(seat -> seat.lost("the group has given the partition away"));
      }
      listener.assigned(Set.copyOf(seats.keySet()));
    }

    private Collection<Integer> numbers(Collection<TopicPartition> given) {
      return given.stream()
          .map(TopicPartition::partition)
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private void take(int partition) {
    if (partition >= partitions) {
      consumer.pause(
          consumer.assignment().stream().filter(it -> it.partition() == partition).toList());
      return; // told of when the growth was seen
    }
    Seat seat =
        seats.computeIfAbsent(partition, number -> new Seat(number, consumer, around, this::nudge));
    if (grown) {
      seat.refuseTasks();
    }
  }

  private Failure grown(int partition) {
    return Failure.of(
        ReasonCode.CONFIGURATION,
        "open partition " + partition + " of " + settings.topics().tasks(),
        "the fleet began with "
            + partitions
            + " partitions and the topic has more now; no worker"
            + " takes a task any more",
        "move to a new fleet, or to new topics under another prefix: targets would change places");
  }

  private static Failure failure(KafkaException e) {
    return Failure.passing(
        ReasonCode.UNREACHABLE,
        "read the bus",
        e.getClass().getSimpleName() + ": " + e.getMessage(),
        "see that the brokers answer and that this user may read the topics");
  }
}
