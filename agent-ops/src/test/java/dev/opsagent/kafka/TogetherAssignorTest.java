package dev.opsagent.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.RebalanceProtocol;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TogetherAssignorTest {
  private static final int PARTITIONS = 6;

  private final TogetherAssignor assignor = new TogetherAssignor();
  private int generation = 1;

  @BeforeEach
  void configure() {
    assignor.configure(Map.of(TogetherAssignor.TASKS, "t", TogetherAssignor.CONTROL, "c"));
  }

  @Test
  void speaksTheCooperativeProtocolOnly() {
    assertThat(assignor.supportedProtocols()).containsExactly(RebalanceProtocol.COOPERATIVE);
  }

  @Test
  void givesEverythingToALoneMember() {
    Map<String, Set<Integer>> given = assign(Map.of("a", Set.of()));

    assertThat(given.get("a")).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void letsGoFirstAndGivesToTheNewMemberOnlyThen() {
    Map<String, Set<Integer>> first = assign(Map.of("a", all(), "b", Set.of()));

    assertThat(first.get("a")).hasSize(3);
    assertThat(first.get("b")).isEmpty();

    Map<String, Set<Integer>> second = assign(first);
    assertThat(second.get("a")).isEqualTo(first.get("a"));
    assertThat(second.get("b")).hasSize(3).doesNotContainAnyElementsOf(first.get("a"));
  }

  @Test
  void movesNothingThatTheRemainingMembersHaveWhenOneIsLost() {
    Map<String, Set<Integer>> given = assign(Map.of("a", Set.of(0, 1), "b", Set.of(2, 3)));

    assertThat(given.get("a")).contains(0, 1).hasSize(3);
    assertThat(given.get("b")).contains(2, 3).hasSize(3);
  }

  private static Set<Integer> all() {
    return new TreeSet<>(IntStream.range(0, PARTITIONS).boxed().toList());
  }

  /** Assigns, and checks on the way that both partitions of each number are with one member. */
  private Map<String, Set<Integer>> assign(Map<String, Set<Integer>> owned) {
    Map<String, Subscription> members = new HashMap<>();
    owned.forEach((member, numbers) -> members.put(member, subscription(numbers)));
    generation++;
    Map<String, Set<Integer>> given = new TreeMap<>();
    assignor
        .assign(cluster(), new GroupSubscription(members))
        .groupAssignment()
        .forEach((member, it) -> given.put(member, numbers(it.partitions())));
    return given;
  }

  private static Set<Integer> numbers(List<TopicPartition> partitions) {
    Set<Integer> tasks = of("t", partitions);
    assertThat(of("c", partitions)).isEqualTo(tasks);
    return tasks;
  }

  private static Set<Integer> of(String topic, List<TopicPartition> partitions) {
    return new TreeSet<>(
        partitions.stream()
            .filter(it -> it.topic().equals(topic))
            .map(TopicPartition::partition)
            .toList());
  }

  private Subscription subscription(Set<Integer> owned) {
    List<TopicPartition> both = new ArrayList<>();
    owned.forEach(number -> both.add(new TopicPartition("t", number)));
    owned.forEach(number -> both.add(new TopicPartition("c", number)));
    ByteBuffer data = ByteBuffer.allocate(Integer.BYTES).putInt(0, generation);
    return new Subscription(List.of("t", "c"), data, both, generation, java.util.Optional.empty());
  }

  private static Cluster cluster() {
    Node node = new Node(1, "localhost", 1);
    List<PartitionInfo> partitions = new ArrayList<>();
    for (int number = 0; number < PARTITIONS; number++) {
      partitions.add(info("t", number, node));
      partitions.add(info("c", number, node));
    }
    return new Cluster("cluster", List.of(node), partitions, Set.of(), Set.of());
  }

  private static PartitionInfo info(String topic, int number, Node node) {
    return new PartitionInfo(topic, number, node, new Node[] {node}, new Node[] {node});
  }
}
