package dev.opsagent.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.simulation.Simulator.Counts;
import dev.opsagent.simulation.Simulator.Result;
import dev.opsagent.simulation.Simulator.Violation;
import org.junit.jupiter.api.Test;

class SimulatorTest {
  private static final int SEEDS = 3_000;
  private static final int SEEDS_TO_CATCH_A_MISTAKE = 2_000;

  @Test
  void fault_03_no_schedule_breaks_what_the_engine_promises() {
    try (Simulator simulator = new Simulator()) {
      Result result = simulator.run(1, SEEDS, _ -> {});

      assertThat(result.violation().map(Violation::text)).isEmpty();
      Counts counts = result.counts();
      assertThat(counts.schedules()).isEqualTo(SEEDS);
      assertThat(counts.tasks()).isGreaterThan(2 * SEEDS);
      assertThat(counts.faults()).isGreaterThan(SEEDS);
      assertThat(counts.openings()).isGreaterThan(2 * SEEDS);
      assertThat(counts.effects()).isGreaterThan(SEEDS);
      assertThat(counts.decisions()).isGreaterThan(SEEDS / 10);
    }
  }

  @Test
  void a_seed_gives_the_same_schedule_again() {
    try (Silence _ = new Silence();
        Simulator one = new Simulator();
        Simulator other = new Simulator()) {
      for (long seed = 1; seed <= 50; seed++) {
        assertThat(other.tell(seed)).isEqualTo(one.tell(seed));
      }
    }
  }

  @Test
  void an_engine_that_acts_without_a_probe_is_caught() {
    assertCaught(BrokenEngine.SKIPS_THE_PROBE, "was done twice");
  }

  @Test
  void an_engine_that_journals_after_the_effect_is_caught() {
    assertCaught(BrokenEngine.JOURNALS_AFTER_THE_EFFECT, "the journal does not say so");
  }

  @Test
  void an_engine_that_ignores_the_fence_is_caught() {
    assertCaught(BrokenEngine.IGNORES_THE_FENCE, "by a worker that was shut out");
  }

  @Test
  void a_violation_names_its_seed_the_command_and_what_happened() {
    try (Silence _ = new Silence();
        Simulator simulator = new Simulator(BrokenEngine.SKIPS_THE_PROBE)) {
      Violation violation =
          simulator.run(1, SEEDS_TO_CATCH_A_MISTAKE, _ -> {}).violation().orElseThrow();

      assertThat(violation.text())
          .startsWith("seed " + violation.seed())
          .contains(violation.rule(), " ACCEPTED")
          .endsWith("./ops-agent simulate --seed " + violation.seed());
      assertThat(simulator.tell(violation.seed()).violation()).contains(violation);
    }
  }

  /** The mistake may show in other ways first. */
  private static void assertCaught(BrokenEngine engine, String rule) {
    try (Simulator simulator = new Simulator(engine)) {
      long seed = 0;
      String found = "";
      while (!found.contains(rule)) {
        Violation violation =
            simulator
                .run(seed + 1, SEEDS_TO_CATCH_A_MISTAKE - seed, _ -> {})
                .violation()
                .orElseThrow(() -> new AssertionError(engine + " was not caught"));
        seed = violation.seed();
        found = violation.rule();
      }
      System.out.println(engine + " is caught by seed " + seed + ": " + found);
    }
  }
}
