package dev.opsagent.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Starts of an operator's worker, from the start of its process to ready. */
public final class Starts {
  private static final Duration IDLE = Duration.ofSeconds(3);

  private final Stage stage;
  private final String program;
  private final Consumer<String> progress;

  /** One start. */
  public record Run(double readySeconds, double idleMb) {}

  /**
   * @param program the main class of {@code ops-agent}
   */
  Starts(Stage stage, String program, Consumer<String> progress) {
    this.stage = stage;
    this.program = program;
    this.progress = progress;
  }

  /**
   * Starts it so often, after one start that makes the topics and is not counted.
   *
   * @param options of its JVM
   */
  public List<Run> measure(int runs, List<String> options) throws InterruptedException {
    List<Run> measured = new ArrayList<>();
    String prefix = stage.newPrefix("start");
    for (int run = 0; run <= runs; run++) {
      Run result = start(prefix, options);
      String name = run == 0 ? "warm-up" : "run " + run + " of " + runs;
      progress.accept(
          "start, %s: ready in %.2f s, %.0f MB"
              .formatted(name, result.readySeconds(), result.idleMb()));
      if (run > 0) {
        measured.add(result);
      }
    }
    return measured;
  }

  /** Starts one and ends it. */
  public Run start(String prefix, List<String> options) throws InterruptedException {
    long began = System.nanoTime();
    ChildJvm worker =
        stage.program(
            program,
            options,
            "worker",
            "--bootstrap",
            stage.bootstrap(),
            "--data",
            stage.folder().resolve("data-" + prefix).toString(),
            "--topic-prefix",
            prefix,
            "--group",
            prefix,
            "--signatures",
            "off",
            "--http-port",
            "0");
    worker.awaitReady();
    double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
    Thread.sleep(IDLE);
    long memory = worker.residentMb();
    stage.end(worker);
    return new Run(seconds, memory);
  }
}
