package dev.opsagent.bench;

import dev.opsagent.bench.Comparison.Goal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Measures the worker. What can be compared is measured in turns with its like (A B A B), against
 * one warm broker in a process of its own.
 */
public final class Bench implements AutoCloseable {
  private static final int LOADED_RATE = 1000;

  private final Wanted wanted;
  private final Consumer<String> progress;
  private final Stage stage;

  /** What can be measured. */
  public enum Mode {
    SATURATION,
    LATENCY,
    REPLAY,
    BACKLOG,
    MEMORY,
    RESTORE,
    START
  }

  /**
   * What to measure, and how.
   *
   * @param bootstrap a broker to use; absent for one of our own
   * @param program the main class of {@code ops-agent}
   * @param cache options that give a worker's JVM its start-up cache; none when there is no cache
   * @param recording where the worker writes a flight recording, if it shall
   */
  public record Wanted(
      Scale scale,
      Set<Mode> modes,
      Optional<String> bootstrap,
      String program,
      List<String> cache,
      Optional<Path> recording) {
    public Wanted {
      cache = List.copyOf(cache);
      modes = modes.isEmpty() ? EnumSet.allOf(Mode.class) : Set.copyOf(modes);
    }
  }

  /**
   * @param folder for data and logs; whoever makes it deletes it
   * @param progress told what goes on
   */
  public Bench(Wanted wanted, Path folder, Consumer<String> progress) throws InterruptedException {
    this.wanted = wanted;
    this.progress = progress;
    this.stage = new Stage(folder, wanted.bootstrap());
  }

  /** Starts of an operator's worker. */
  public Starts starts() {
    return new Starts(stage, wanted.program(), progress);
  }

  /** Measures everything that is wanted. */
  public List<Comparison> run() throws InterruptedException {
    Clock clock = new Clock(wanted.scale().rounding());
    List<Comparison> results = new ArrayList<>();
    if (wants(Mode.SATURATION, Mode.LATENCY, Mode.REPLAY, Mode.BACKLOG)) {
      results.addAll(underLoad(clock));
    }
    if (wants(Mode.MEMORY)) {
      results.add(memory(clock));
    }
    if (wants(Mode.RESTORE)) {
      results.addAll(restores(clock));
    }
    if (wants(Mode.START)) {
      results.addAll(starts(clock.goesOn(2) ? wanted.scale().starts() : 1));
    }
    return results;
  }

  private boolean wants(Mode... any) {
    return Stream.of(any).anyMatch(wanted.modes()::contains);
  }

  private List<Comparison> underLoad(Clock clock) throws InterruptedException {
    Scale scale = wanted.scale();
    List<Comparison> results = new ArrayList<>();
    String prefix = stage.newPrefix("agent");
    Side agent = stage.agent(prefix, recording());
    agent.load().one();
    Footprint footprint = Footprint.of(stage.bootstrap(), Stage.topics(prefix));
    progress.accept("a task of %d bytes: %s".formatted(agent.load().taskBytes(), footprint));
    if (wants(Mode.SATURATION, Mode.LATENCY)) {
      Side floor = stage.floor(stage.newPrefix("floor"), footprint);
      warmUp(agent);
      warmUp(floor);
      results.addAll(compared(agent, floor, clock));
      stage.end(floor);
    }
    if (wants(Mode.REPLAY)) {
      warmUp(agent);
      results.addAll(
          new Replay(stage.bootstrap(), Stage.topics(prefix), scale, progress).measure(clock));
    }
    if (wants(Mode.BACKLOG)) {
      warmUp(agent);
      results.add(new Saturation(scale, progress).backlog(agent, clock));
    }
    stage.end(agent);
    return results;
  }

  private List<Comparison> compared(Side agent, Side floor, Clock clock) {
    List<Comparison> results = new ArrayList<>();
    if (wants(Mode.SATURATION)) {
      results.addAll(new Saturation(wanted.scale(), progress).measure(agent, floor, clock));
    }
    if (wants(Mode.LATENCY)) {
      results.addAll(new Latencies(wanted.scale(), progress).measure(agent, floor, clock));
    }
    return results;
  }

  private void warmUp(Side side) {
    Scale scale = wanted.scale();
    progress.accept("warming up the " + side.name());
    side.load().warmUp(Saturation.OPEN, scale.warmUp(), scale.warmUpAtMost());
  }

  /** Of a worker that has never been under another load. */
  private Comparison memory(Clock clock) throws InterruptedException {
    Side agent = stage.agent(stage.newPrefix("memory"), List.of());
    List<Double> sizes = new ArrayList<>();
    for (int run = 1; run <= wanted.scale().rounds() && clock.goesOn(run); run++) {
      agent.load().atRate(LOADED_RATE, wanted.scale().window());
      sizes.add((double) agent.process().residentMb());
      progress.accept(
          "memory after run %d at %d tasks/s: %.0f MB"
              .formatted(run, LOADED_RATE, sizes.getLast()));
    }
    stage.end(agent);
    return alone("rss_loaded_mb", "memory at %d tasks/s".formatted(LOADED_RATE), "MB", 350, sizes);
  }

  private List<Comparison> restores(Clock clock) throws InterruptedException {
    Restores restores = new Restores(stage, progress);
    List<Comparison> results =
        new ArrayList<>(restores.measure(10_000, wanted.scale().rounds(), clock, true));
    if (wanted.scale() == Scale.FULL) {
      results.addAll(restores.measure(100_000, 2, clock, false));
    }
    return results;
  }

  private List<Comparison> starts(int runs) throws InterruptedException {
    List<Starts.Run> plain = starts().measure(runs, List.of());
    List<Comparison> results = new ArrayList<>();
    results.add(
        alone("ready_s", "start to ready", "s", 1.5, figures(plain, Starts.Run::readySeconds)));
    if (!wanted.cache().isEmpty()) {
      results.add(
          alone(
              "ready_cached_s",
              "start to ready with an AOT cache",
              "s",
              0.7,
              figures(starts().measure(runs, wanted.cache()), Starts.Run::readySeconds)));
    }
    results.add(alone("rss_idle_mb", "memory idle", "MB", 200, figures(plain, Starts.Run::idleMb)));
    return results;
  }

  private static List<Double> figures(List<Starts.Run> runs, ToDoubleFunction<Starts.Run> figure) {
    return runs.stream().mapToDouble(figure).boxed().toList();
  }

  private static Comparison alone(
      String key, String name, String unit, double goal, List<Double> runs) {
    return new Comparison(key, name, unit, new Goal.AtMost(goal), "", runs, List.of());
  }

  private List<String> recording() {
    return wanted
        .recording()
        .map(file ->
            List.of("-XX:StartFlightRecording=settings=profile,filename=" + file.toAbsolutePath()))
        .orElse(List.of());
  }

  @Override
  public void close() {
    stage.close();
  }
}
