package dev.opsagent.simulation;

import dev.opsagent.execution.Journal;
import dev.opsagent.execution.Step;

/** What is put around the engine's ports: nothing, unless the simulator itself is tested. */
interface Faulty {
  default Journal journal(Journal journal) {
    return journal;
  }

  default Step step(Step step) {
    return step;
  }

  Faulty NOT = new Faulty() {};
}
