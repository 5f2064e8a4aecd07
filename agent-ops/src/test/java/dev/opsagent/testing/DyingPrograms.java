package dev.opsagent.testing;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Programs;
import java.util.function.Predicate;

/** Programs of a worker that is gone after so many of those that change something. */
public final class DyingPrograms implements Programs {
  private final Programs programs;
  private final Predicate<Command> changes;
  private int left;

  /**
   * @param changes which commands change something; whatever goes on by itself does
   * @param left how many changes are made; with 0, the worker is gone before the first
   */
  public DyingPrograms(Programs programs, Predicate<Command> changes, int left) {
    this.programs = programs;
    this.changes = changes;
    this.left = left;
  }

  @Override
  public boolean available(String program) {
    return programs.available(program);
  }

  @Override
  public Answer<Finished> run(Command command) {
    if (!changes.test(command)) {
      return programs.run(command);
    }
    dieAtZero();
    Answer<Finished> answer = programs.run(command);
    left--;
    dieAtZero();
    return answer;
  }

  @Override
  public Answer<Process> start(Detached detached) {
    dieAtZero();
    Answer<Process> answer = programs.start(detached);
    left--;
    dieAtZero();
    return answer;
  }

  private void dieAtZero() {
    if (left <= 0) {
      throw new RuntimeContract.Gone();
    }
  }
}
