package dev.opsagent.cli;

import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands that send a person's word on a task have in common. */
final class ControlOptions {
  private static final Duration SEARCH = Duration.ofSeconds(10);

  @Option(
      names = "--target",
      paramLabel = "ENV/SERVICE",
      description = "The task's target (default: looked up in its reports).")
  private @Nullable String target;

  @Option(names = "--by", paramLabel = "NAME", description = "Who says so (default: $USER).")
  private @Nullable String by;

  /** What the command prints. */
  record Sent(String taskId, String target, String message, String address) {}

  String by(Surroundings around) {
    return Optional.ofNullable(by).orElse(around.environment().getOrDefault("USER", "operator"));
  }

  int send(
      Surroundings around,
      Supplier<Bus> opener,
      Format format,
      String taskId,
      String word,
      Function<Target, ControlMessage> message) {
    try (Bus bus = opener.get()) {
      Target found = target == null ? find(around, bus, taskId) : Target.parse(target);
      String address = bus.send(message.apply(found)).toString();
      Sent sent = new Sent(taskId, found.key(), word, address);
      new Printer(around, format).result(sent, () -> lines(sent));
      return ExitCode.SUCCEEDED.code();
    } catch (InvalidMessage invalid) {
      String cause = String.valueOf(invalid.getMessage());
      throw CommandFailed.usage("send " + word + " for the task", cause, "correct that value");
    }
  }

  private static List<String> lines(Sent sent) {
    return List.of(
        "sent %s for task %s on %s as %s"
            .formatted(sent.message(), sent.taskId(), sent.target(), sent.address()),
        "see what comes of it: ops-agent watch --task " + sent.taskId());
  }

  private static Target find(Surroundings around, Bus bus, String taskId) {
    Instant until = around.clock().instant().plus(SEARCH);
    try (Bus.Reports reports = bus.reports(Optional.of(taskId), Bus.From.BEGINNING)) {
      while (around.clock().instant().isBefore(until)) {
        for (StatusReport report : reports.poll(Duration.ofMillis(500))) {
          if (report.taskId().equals(taskId)) {
            return report.target();
          }
        }
      }
    }
    throw CommandFailed.usage(
        "find task " + taskId,
        "no report of it is on the bus",
        "check the id, or name its target: --target ENVIRONMENT/SERVICE");
  }
}
