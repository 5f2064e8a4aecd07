package dev.opsagent.execution;

import dev.opsagent.execution.JournalRecord.Ledger;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.TaskDispatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The ledger of one partition as a release wrote it, kept as a file: one record a line. Beside it
 * stands a file with the state after each record, one line each.
 */
public record GoldenJournal(String name, List<Ledger> records) {
  private static final Path RESOURCES = Path.of("src", "test", "resources", "golden");
  private static final String RECORDS = ".jsonl";
  private static final String STATES = ".states.jsonl";

  public GoldenJournal {
    records = List.copyOf(records);
  }

  /** Every journal that is kept, of every release and operation. */
  public static List<Path> kept() {
    try (Stream<Path> files = Files.walk(RESOURCES)) {
      return files
          .filter(file -> file.toString().endsWith(RECORDS))
          .filter(file -> !file.toString().endsWith(STATES))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static GoldenJournal read(Path file) {
    List<Ledger> records = new ArrayList<>();
    for (String line : lines(file)) {
      JsonNode record = Json.readTree(line.getBytes(StandardCharsets.UTF_8));
      Optional<Object> value = Optional.ofNullable(record.get("value"));
      records.add(new Ledger(record.get("key").asString(), value));
    }
    String name = file.getFileName().toString();
    return new GoldenJournal(name.substring(0, name.length() - RECORDS.length()), records);
  }

  /** The states that are kept beside the journal's file. */
  static List<JsonNode> expected(Path file) {
    String states = file.toString().replaceAll("\\.jsonl$", STATES);
    return lines(Path.of(states)).stream()
        .map(line -> Json.readTree(line.getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps the journal and its states among the test resources. */
  public void keep(String release, String operation) {
    Path folder = RESOURCES.resolve(release).resolve(operation);
    try {
      Files.createDirectories(folder);
      Files.write(
          folder.resolve(name + RECORDS), records.stream().map(GoldenJournal::line).toList());
      Files.write(
          folder.resolve(name + STATES), states().stream().map(JsonNode::toString).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String line(Ledger record) {
    ObjectNode line = Json.mapper().createObjectNode().put("key", record.key());
    record.bytes().ifPresent(value -> line.set("value", Json.readTree(value)));
    return line.toString();
  }

  /** What the present code makes of the journal: the state after each of its records. */
  List<JsonNode> states() {
    List<JsonNode> states = new ArrayList<>();
    for (int length = 1; length <= records.size(); length++) {
      states.add(state(fold(length)));
    }
    return states;
  }

  /** A task that its plan carries out. */
  public record Planned(TaskDispatch task, Facts facts, Plan plan) {}

  /** The tasks that an upgrade after some record would have found planned and unfinished. */
  public List<Planned> underway() {
    List<Planned> underway = new ArrayList<>();
    for (int length = 1; length <= records.size(); length++) {
      for (TaskRecord task : fold(length).open()) {
        task.plan()
            .map(plan -> new Planned(task.dispatch(), task.known(), plan))
            .ifPresent(underway::add);
      }
    }
    return underway;
  }

  /** Folds the first records. */
  LedgerFold fold(int length) {
    LedgerFold fold = new LedgerFold();
    for (int offset = 0; offset < length; offset++) {
      fold.add(records.get(offset).key(), records.get(offset).bytes());
    }
    return fold;
  }

  private static JsonNode state(LedgerFold fold) {
    ObjectNode state = Json.mapper().createObjectNode();
    ArrayNode open = state.putArray("open");
    fold.open().forEach(task -> open.add(state(task)));
    state.set("deployments", Json.tree(fold.deployments()));
    state.set("cancels", Json.tree(fold.cancels().keySet()));
    state.put("audit", fold.head().map(LedgerFold.AuditHead::sequence).orElse(-1L));
    return state;
  }

  private static JsonNode state(TaskRecord task) {
    ObjectNode state = Json.mapper().createObjectNode();
    state.put("task", task.id());
    state.put("state", task.state().name());
    state.put("revision", task.revision());
    state.put("arrival", task.arrival());
    state.put("budget", task.budget().toString());
    state.put("held", task.held());
    state.put("ending", task.ending().map(ending -> ending.state().name()).orElse(""));
    state.put("doubt", task.waiting().map(doubt -> doubt.step() + "").orElse(""));
    state.put("next", machine().resume(task).toString());
    state.set("steps", Json.tree(task.steps().stream().map(GoldenJournal::step).toList()));
    state.set("facts", Json.tree(task.known().values().keySet()));
    state.set("deliverables", Json.tree(task.deliverables()));
    state.set("remains", Json.tree(task.remains()));
    return state;
  }

  private static TaskMachine machine() {
    PartitionSettings settings = PartitionSettings.DEFAULT;
    return new TaskMachine(
        _ -> Duration.ZERO, settings, new Gatekeeping(Gate.OPEN, Map.of(), settings));
  }

  private static String step(StepRecord step) {
    return "%s %d%s"
        .formatted(
            step.outcome().map(Enum::name).orElse("PENDING"),
            step.attempts(),
            step.stood() ? " stood" : "");
  }
}
