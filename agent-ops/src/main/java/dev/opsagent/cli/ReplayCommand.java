package dev.opsagent.cli;

import dev.opsagent.audit.AuditEntry;
import dev.opsagent.audit.AuditTrail;
import dev.opsagent.console.Style;
import dev.opsagent.console.Timeline;
import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Target;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "replay",
    description = "Tells from the audit what happened, and proves that nothing of it was changed.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Every line names the record that proves it: topic/partition@offset.",
      "",
      "Examples:",
      "  ops-agent replay --task release-42",
      "  ops-agent replay --target local/shop --json",
      "  ops-agent replay --from 2026-01-31T08:00:00Z"
    })
final class ReplayCommand implements Callable<Integer> {
  private final Surroundings around;
  private final Bus.Opener opener;

  @Mixin private OutputOptions output;
  @Mixin private ConfigurationOptions configuration;

  @Option(names = "--task", paramLabel = "ID", description = "Only this task.")
  private @Nullable String task;

  @Option(names = "--target", paramLabel = "ENV/SERVICE", description = "Only this target.")
  private @Nullable Target target;

  @Option(names = "--from", paramLabel = "TIME", description = "Only from this time (ISO-8601).")
  private @Nullable Instant from;

  ReplayCommand(Surroundings around, Bus.Opener opener) {
    this.around = around;
    this.opener = opener;
  }

  /** A record and where it lies. */
  record Entry(String address, AuditRecord record) {}

  @Override
  public Integer call() {
    List<Entry> entries = new ArrayList<>();
    AuditTrail trail = new AuditTrail();
    try (Bus bus = opener.open(configuration.configuration(around))) {
      // The chain of a partition begins with its first record, so that all of it has to be read.
      bus.audit(entry -> {
        trail.add(entry);
        wanted(entry).ifPresent(it -> entries.add(new Entry(entry.place().toString(), it)));
      });
    }
    print(entries);
    return verdict(trail);
  }

  private Optional<AuditRecord> wanted(AuditEntry entry) {
    boolean other = task != null && !entry.mentions(task.getBytes(StandardCharsets.UTF_8));
    return other ? Optional.empty() : entry.decoded().get().filter(this::wanted);
  }

  private boolean wanted(AuditRecord record) {
    return (task == null || record.taskId().filter(task::equals).isPresent())
        && (target == null || record.target().equals(target))
        && (from == null || !record.at().isBefore(from));
  }

  private void print(List<Entry> entries) {
    Timeline timeline = new Timeline(Style.of(around.environment(), around.terminal()));
    try (Printer printer = new Printer(around, output.format())) {
      entries.stream()
          .sorted(Comparator.comparing(it -> it.record().at()))
          .forEach(it -> printer.item(it, () -> timeline.of(it.record(), it.address())));
    }
  }

  private int verdict(AuditTrail trail) {
    if (!trail.breaks().isEmpty()) {
      throw new CommandFailed(
          ExitCode.FAILED,
          Failure.of(
              ReasonCode.INTEGRITY_MISMATCH,
              "verify the audit's hash chain",
              String.join("\n", trail.breaks()),
              "the records named above were changed, added or removed; compare with a backup"));
    }
    around
        .err()
        .println(
            "hash chain intact: %d records in %d partition%s"
                .formatted(
                    trail.records(), trail.partitions(), trail.partitions() == 1 ? "" : "s"));
    return ExitCode.SUCCEEDED.code();
  }
}
