package dev.opsagent.simulation;

import dev.opsagent.execution.Journal;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.StepContext;
import java.util.function.Consumer;

/** Engines with a mistake that costs what they promise, made of the real one. */
enum BrokenEngine implements Faulty {
  /** Acts without looking whether the effect stands already. */
  SKIPS_THE_PROBE {
    @Override
    public Step step(Step step) {
      return new Unprobed(step);
    }
  },

  /** Goes on before the journal has the entry. */
  JOURNALS_AFTER_THE_EFFECT {
    @Override
    public Journal journal(Journal journal) {
      return new Hasty(journal);
    }
  },

  /** Acts whoever owns the partition. */
  IGNORES_THE_FENCE {
    @Override
    public Journal journal(Journal journal) {
      return new Unfenced(journal);
    }
  };

  private static final class Unprobed implements Step {
    private final Step step;
    private boolean applied;

    Unprobed(Step step) {
      this.step = step;
    }

    @Override
    public Probe probe(StepContext context) {
      return applied ? step.probe(context) : new Probe.Missing();
    }

    @Override
    public Outcome apply(StepContext context) {
      applied = true;
      return step.apply(context);
    }

    @Override
    public Undo undo(StepContext context) {
      return step.undo(context);
    }
  }

  private record Hasty(Journal journal) implements Journal {
    @Override
    public void append(Entry entry, Consumer<Appended> done) {
      done.accept(Appended.COMMITTED);
      journal.append(entry, _ -> {});
    }

    @Override
    public void check() {
      journal.check();
    }
  }

  private record Unfenced(Journal journal) implements Journal {
    @Override
    public void append(Entry entry, Consumer<Appended> done) {
      journal.append(entry, done);
    }

    @Override
    public void check() {}
  }
}
