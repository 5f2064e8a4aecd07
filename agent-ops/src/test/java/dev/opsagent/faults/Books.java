package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.faults.EffectLedger.Kind;
import dev.opsagent.faults.EffectLedger.Line;
import dev.opsagent.kafka.TargetPartition;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import tools.jackson.databind.JsonNode;

/**
 * The three books of a fleet: what was ordered, what journal and reports say became of it, and what
 * the world saw. Read when all orders have ended.
 */
final class Books {
  private final Map<String, List<TaskDispatch>> orders = new LinkedHashMap<>();
  private final Map<String, List<String>> queues = new HashMap<>();
  private final Map<String, List<StatusReport>> reports = new HashMap<>();
  private final Map<String, Optional<byte[]>> journal = new HashMap<>();
  private final Map<String, Long> ends;
  private final List<Line> effects;
  private final Circumstances circumstances;
  private final Map<String, List<Line>> applied;

  /**
   * What a test has done to the books itself.
   *
   * @param readings how often the task topic was read from its beginning
   * @param removed tasks whose records were removed from the ledger
   */
  record Circumstances(int readings, Set<String> removed) {
    static final Circumstances USUAL = new Circumstances(1, Set.of());

    Circumstances {
      removed = Set.copyOf(removed);
    }
  }

  private Books(Fleet fleet, Circumstances circumstances) {
    this.circumstances = circumstances;
    fleet.bus.records(fleet.topics.tasks()).forEach(record -> order(fleet, record));
    fleet
        .bus
        .messages(fleet.topics.status(), StatusReport.class)
        .forEach(report -> entry(reports, report.taskId()).add(report));
    fleet
        .bus
        .records(fleet.topics.ledger())
        .forEach(record -> journal.put(text(record.key()), Optional.ofNullable(record.value())));
    this.ends =
        fleet.bus.audit().stream()
            .filter(record -> record.kind().equals("ended"))
            .map(AuditRecord::taskId)
            .flatMap(Optional::stream)
            .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
    this.effects = fleet.world.effects().lines();
    this.applied =
        effects.stream()
            .filter(line -> line.kind() != Kind.BEGIN)
            .collect(Collectors.groupingBy(Line::taskId));
  }

  /** Fails unless the books of the fleet agree on every order that its topic holds. */
  static Books agree(Fleet fleet) {
    return agree(fleet, Circumstances.USUAL);
  }

  static Books agree(Fleet fleet, Circumstances circumstances) {
    Books books = new Books(fleet, circumstances);
    books.orders.forEach(books::agree);
    books.nothingUnordered();
    books.oneAfterTheOther();
    return books;
  }

  /** How many different tasks were ordered. */
  int tasks() {
    return orders.size();
  }

  /** The state that the task ended in. */
  TaskState end(String taskId) {
    return entry(reports, taskId).getLast().state();
  }

  /** An order counts where its target belongs; elsewhere it only waits to be sent on. */
  private void order(Fleet fleet, ConsumerRecord<byte[], byte[]> record) {
    try {
      if (EventCodec.read(record.value(), record.headers()).message() instanceof TaskDispatch task
          && TargetPartition.of(task.target().key(), fleet.layout.partitions())
              == record.partition()) {
        entry(orders, task.taskId()).add(task);
        entry(queues, task.target().key()).add(task.taskId());
      }
    } catch (InvalidMessage _) {
      // a dead letter by now
    }
  }

  private void agree(String taskId, List<TaskDispatch> sent) {
    List<StatusReport> told = toldOnce(taskId, sent);
    StatusReport end = told.getLast();
    assertThat(told)
        .as("revisions of %s", taskId)
        .extracting(StatusReport::revision)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, told.size()).boxed().toList());
    endsOnce(taskId, told);
    if (end.state() == TaskState.REJECTED && told.size() == 1) {
      assertThat(journal).as("never a task").doesNotContainKey(taskId);
      assertThat(applied(taskId)).as("effects of %s", taskId).isEmpty();
      return;
    }
    assertThat(ends.get(taskId)).as("ends of %s in the audit", taskId).isEqualTo(1);
    journalSays(end);
    worldSays(end);
  }

  /** One end; an effect in doubt may be told of again when somebody has found out. */
  private static void endsOnce(String taskId, List<StatusReport> told) {
    List<TaskState> states =
        told.stream().map(StatusReport::state).filter(TaskState::isEnd).toList();
    assertThat(states.stream().distinct()).as("ends of %s: %s", taskId, told).hasSize(1);
    if (!states.contains(TaskState.IN_DOUBT)) {
      assertThat(states).as("ends of %s", taskId).hasSize(1);
    }
    assertThat(told.getLast().state().isEnd()).as("%s ends with its end", taskId).isTrue();
  }

  /** The reports without the answers to orders that came again, which are as many as those. */
  private List<StatusReport> toldOnce(String taskId, List<TaskDispatch> sent) {
    List<StatusReport> all = new ArrayList<>(entry(reports, taskId));
    assertThat(all).as("reports of %s", taskId).isNotEmpty();
    long others = sent.stream().filter(order -> !order.equals(sent.getFirst())).count();
    List<StatusReport> conflicts = all.stream().filter(Books::isConflict).toList();
    assertThat(conflicts)
        .as("conflicts of %s", taskId)
        .hasSize(Math.toIntExact(others * circumstances.readings()));
    all.removeAll(conflicts);
    List<StatusReport> once = all.stream().distinct().toList();
    assertThat(all.size() - once.size())
        .as("answers from the record of %s", taskId)
        .isEqualTo(circumstances.readings() * sent.size() - 1 - conflicts.size());
    return once;
  }

  private static boolean isConflict(StatusReport report) {
    return report.reason().filter(reason -> reason.code() == ReasonCode.CONFLICT).isPresent();
  }

  private void journalSays(StatusReport end) {
    if (circumstances.removed().contains(end.taskId())) {
      return;
    }
    Optional<byte[]> last = journal.getOrDefault(end.taskId(), Optional.empty());
    assertThat(last).as("the journal of %s", end.taskId()).isPresent();
    JsonNode record = Json.readTree(last.orElseThrow());
    assertThat(record.path("state").asString()).isEqualTo(end.state().name());
    assertThat(record.path("revision").asLong()).isEqualTo(end.revision());
  }

  /** Every effect happened once at most, and what the end report says still stands, stands. */
  private void worldSays(StatusReport end) {
    List<Line> applied = applied(end.taskId());
    Set<String> standing = new HashSet<>();
    Set<String> ever = new HashSet<>();
    for (Line line : applied) {
      boolean fits =
          line.kind() == Kind.APPLY ? ever.add(line.step()) : standing.remove(line.step());
      assertThat(fits).as("%s happened once: %s", line, applied).isTrue();
      if (line.kind() == Kind.APPLY) {
        standing.add(line.step());
      }
    }
    Set<String> told =
        end.changes().stream()
            .map(change -> change.substring(change.lastIndexOf(' ') + 1))
            .collect(Collectors.toSet());
    if (end.state() != TaskState.IN_DOUBT) {
      assertThat(standing).as("what stands of %s", end).isEqualTo(told);
    }
    if (end.state() == TaskState.SUCCEEDED) {
      assertThat(standing).as("effects of %s", end.taskId()).hasSize(FileWorld.STEPS.size());
    }
  }

  private List<Line> applied(String taskId) {
    return applied.getOrDefault(taskId, List.of());
  }

  private void nothingUnordered() {
    assertThat(orders.keySet()).containsAll(effects.stream().map(Line::taskId).toList());
    assertThat(orders.keySet()).containsAll(reports.keySet());
  }

  /** In the order of the topic, and a target's next task begins when the last one is done with. */
  private void oneAfterTheOther() {
    Map<String, List<String>> seen = new HashMap<>();
    for (Line line : effects) {
      List<String> tasks = entry(seen, line.target());
      if (tasks.isEmpty() || !tasks.getLast().equals(line.taskId())) {
        tasks.add(line.taskId());
      }
    }
    seen.forEach((target, tasks) -> {
      assertThat(tasks).as("tasks of %s, one at a time", target).doesNotHaveDuplicates();
      List<String> ordered =
          entry(queues, target).stream().distinct().filter(tasks::contains).toList();
      assertThat(tasks).as("tasks of %s, in their order", target).isEqualTo(ordered);
    });
  }

  private static <V> List<V> entry(Map<String, List<V>> map, String key) {
    return map.computeIfAbsent(key, _ -> new ArrayList<>());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
