package dev.opsagent.kafka;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Gives both partitions of one number, that of {@code pm.tasks} and that of {@code pm.control}, to
 * one member, and moves as few as it can, each only after its owner has let go of it. Shares out
 * {@code pm.tasks} with Kafka's cooperative assignor and mirrors the outcome.
 *
 * <p>Made by the Kafka consumer; public for that reason only.
 */
public final class TogetherAssignor implements ConsumerPartitionAssignor, Configurable {
  static final String TASKS = "ops.topic.tasks";
  static final String CONTROL = "ops.topic.control";
  private static final int NO_GENERATION = -1;

  private final CooperativeStickyAssignor sticky = new CooperativeStickyAssignor();
  private String tasks = "";
  private String control = "";

  @Override
  public void configure(Map<String, ?> configuration) {
    tasks = text(configuration, TASKS);
    control = text(configuration, CONTROL);
  }

  private static String text(Map<String, ?> configuration, String key) {
    Object value = configuration.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is not set");
    }
    return value.toString();
  }

  @Override
  public String name() {
    return "ops-together";
  }

  @Override
  public List<RebalanceProtocol> supportedProtocols() {
    return List.of(RebalanceProtocol.COOPERATIVE);
  }

  @Override
  public @Nullable ByteBuffer subscriptionUserData(Set<String> topics) {
    return sticky.subscriptionUserData(Set.of(tasks));
  }

  @Override
  public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
    sticky.onAssignment(assignment, metadata);
  }

  @Override
  public GroupAssignment assign(Cluster cluster, GroupSubscription group) {
    Map<String, Subscription> members = new HashMap<>();
    group.groupSubscription().forEach((member, wants) -> members.put(member, tasksOf(wants)));
    GroupAssignment shared = sticky.assign(cluster, new GroupSubscription(members));

    Map<String, Assignment> mirrored = new HashMap<>();
    shared
        .groupAssignment()
        .forEach((member, given) ->
            mirrored.put(member, new Assignment(both(given.partitions()), given.userData())));
    return new GroupAssignment(mirrored);
  }

  /** A member that wants another fleet's topics, and should not be in this group, gets nothing. */
  private Subscription tasksOf(Subscription wants) {
    boolean ours = wants.topics().contains(tasks);
    List<TopicPartition> owned =
        wants.ownedPartitions().stream().filter(it -> it.topic().equals(tasks)).toList();
    Subscription filtered =
        new Subscription(
            ours ? List.of(tasks) : List.of(),
            wants.userData(),
            owned,
            wants.generationId().orElse(NO_GENERATION),
            wants.rackId());
    filtered.setGroupInstanceId(wants.groupInstanceId());
    return filtered;
  }

  private List<TopicPartition> both(List<TopicPartition> given) {
    List<TopicPartition> partitions = new ArrayList<>(given);
    given.forEach(it -> partitions.add(new TopicPartition(control, it.partition())));
    return partitions;
  }
}
