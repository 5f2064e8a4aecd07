package dev.opsagent.kafka;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TopicRole;
import dev.opsagent.protocol.Topics;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes the topics of the bus stand as the contract says: creates what is missing, and refuses what
 * exists otherwise rather than change what belongs to the operator.
 */
public final class TopicSetup {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final Duration ASK_AGAIN = Duration.ofMillis(20);

  private final BusSettings settings;
  private final OptionalInt partitions;
  private final short replication;

  /**
   * @param partitions of each co-partitioned topic that is created; absent for the contract's
   *     default
   * @param replication copies of each topic that is created; -1 for the broker's default
   */
  public TopicSetup(BusSettings settings, OptionalInt partitions, short replication) {
    this.settings = settings;
    this.partitions = partitions;
    this.replication = replication;
  }

  /** What became of the topics. */
  public sealed interface Setup {
    /**
     * @param partitions how many partitions the fleet shares
     * @param created the topics that were missing
     * @param kept for how long what proves a task is kept at least
     */
    record Ready(int partitions, Set<String> created, Duration kept) implements Setup {
      public Ready {
        created = Set.copyOf(created);
      }
    }

    /** Nothing may start on these topics; one failure for each setting that is wrong. */
    record Refused(List<Failure> failures) implements Setup {
      public Refused {
        failures = List.copyOf(failures);
      }
    }
  }

  /** Creates and checks; blocks for as long as the brokers take, at most about a minute. */
  public Setup ensure() throws InterruptedException {
    Clients clients = new Clients(settings);
    try (Admin admin = clients.admin()) {
      return ensure(clients, admin);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return new Setup.Refused(List.of(unreachable(e)));
    }
  }

  private Setup ensure(Clients clients, Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<Failure> unfit =
        Stream.of(oldTransactions(admin), groupOfOthers(admin)).flatMap(Optional::stream).toList();
    if (!unfit.isEmpty()) {
      return new Setup.Refused(unfit);
    }
    Map<String, TopicDescription> found = describe(admin, existing(admin));
    Set<String> created = create(admin, found);
    found.putAll(settled(() -> describe(admin, created)));
    Map<String, Config> configurations = settled(() -> configurations(admin));
    TopicCheck check = new TopicCheck(settings.topics(), found, configurations);
    int count = check.partitions();
    PartitionCount ledger = new PartitionCount(clients, settings.topics().ledger());
    OptionalInt recorded = ledger.recorded(TIMEOUT);
    if (recorded.orElse(count) != count) {
      return new Setup.Refused(List.of(check.countChanged(recorded.getAsInt())));
    }
    if (!check.failures().isEmpty()) {
      return new Setup.Refused(check.failures());
    }
    if (recorded.isEmpty()) {
      ledger.record(count, TIMEOUT);
    }
    return new Setup.Ready(
        count, created, TopicRetention.shortest(settings.topics(), configurations));
  }

  private static Optional<Failure> oldTransactions(Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    FinalizedVersionRange version =
        get(admin.describeFeatures().featureMetadata())
            .finalizedFeatures()
            .get("transaction.version");
    int found = version == null ? 0 : version.maxVersionLevel();
    if (found >= 2) {
      return Optional.empty();
    }
    return Optional.of(
        Failure.of(
            ReasonCode.CONFIGURATION,
            "use the brokers' transactions",
            "feature transaction.version is " + found + ", wanted 2 or newer",
            "kafka-features.sh upgrade --feature transaction.version=2"));
  }

  /** Two fleets in one group would be given each other's partitions. */
  private Optional<Failure> groupOfOthers(Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    Topics topics = settings.topics();
    Set<String> ours = Set.of(topics.tasks(), topics.control(), topics.ledger());
    Set<String> others =
        get(admin.listConsumerGroupOffsets(settings.group()).partitionsToOffsetAndMetadata())
            .keySet()
            .stream()
            .map(TopicPartition::topic)
            .filter(topic -> !ours.contains(topic))
            .collect(Collectors.toCollection(TreeSet::new));
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Failure.of(
                ReasonCode.CONFIGURATION,
                "use the consumer group " + settings.group(),
                "it has positions in " + others,
                "give every fleet a group of its own, with --group"));
  }

  private Set<String> existing(Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    Set<String> names = new HashSet<>(get(admin.listTopics().names()));
    names.retainAll(Arrays.stream(TopicRole.values()).map(settings.topics()::name).toList());
    return names;
  }

  private Set<String> create(Admin admin, Map<String, TopicDescription> found)
      throws InterruptedException, ExecutionException, TimeoutException {
    int together = togetherCount(found);
    List<NewTopic> missing =
        Arrays.stream(TopicRole.values())
            .filter(role -> !found.containsKey(settings.topics().name(role)))
            .map(role -> newTopic(role, together))
            .toList();
    Set<String> names = new HashSet<>();
    for (var creation : admin.createTopics(missing).values().entrySet()) {
      created(creation.getValue());
      names.add(creation.getKey());
    }
    return names;
  }

  private static void created(KafkaFuture<Void> creation)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      get(creation);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) { // another worker starts as well
        throw e;
      }
    }
  }

  /** Topics that are added later get as many partitions as those that stand. */
  private int togetherCount(Map<String, TopicDescription> found) {
    TopicDescription tasks = found.get(settings.topics().tasks());
    if (tasks != null) {
      return tasks.partitions().size();
    }
    return partitions.orElse(TopicRole.TASKS.defaultPartitions());
  }

  private NewTopic newTopic(TopicRole role, int together) {
    int count = role.coPartitioned() ? together : role.defaultPartitions();
    return new NewTopic(settings.topics().name(role), count, replication)
        .configs(role.configuration());
  }

  private static Map<String, TopicDescription> describe(Admin admin, Set<String> names)
      throws InterruptedException, ExecutionException, TimeoutException {
    return new HashMap<>(get(admin.describeTopics(names).allTopicNames()));
  }

  private Map<String, Config> configurations(Admin admin)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<ConfigResource> resources =
        Arrays.stream(TopicRole.values())
            .map(settings.topics()::name)
            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
            .toList();
    Map<String, Config> byName = new HashMap<>();
    get(admin.describeConfigs(resources).all())
        .forEach((resource, config) -> byName.put(resource.name(), config));
    return byName;
  }

  private interface Asking<T> {
    T ask() throws InterruptedException, ExecutionException, TimeoutException;
  }

  /** Brokers learn of a new topic a moment after it was created. */
  private static <T> T settled(Asking<T> asking)
      throws InterruptedException, ExecutionException, TimeoutException {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (true) {
      try {
        return asking.ask();
      } catch (ExecutionException e) {
        boolean unknown = e.getCause() instanceof UnknownTopicOrPartitionException;
        if (!unknown || System.nanoTime() - end > 0) {
          throw e;
        }
        LockSupport.parkNanos(ASK_AGAIN.toNanos());
      }
    }
  }

  private static <T> T get(KafkaFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Failure unreachable(Exception failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return Failure.passing(
        ReasonCode.UNREACHABLE,
        "create and check the topics",
        cause.getClass().getSimpleName() + ": " + cause.getMessage(),
        "see that the brokers answer and that this user may create and describe topics");
  }
}
