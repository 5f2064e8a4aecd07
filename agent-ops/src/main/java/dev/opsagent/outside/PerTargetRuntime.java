package dev.opsagent.outside;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A runtime that answers every question by the life of its target, those about one target one at a
 * time.
 *
 * @param <L> what it does for one target
 */
public abstract class PerTargetRuntime<L extends TargetLife> implements ServiceRuntime {
  private final OneAtATime questions;

  /**
   * @param remedy what a person does when what is kept of a target cannot be read
   */
  protected PerTargetRuntime(String remedy) {
    this.questions = new OneAtATime(remedy);
  }

  /** A question about a target. */
  @FunctionalInterface
  protected interface Question<L, T> {
    /** Puts it to the target's life. */
    Answer<T> of(L life) throws IOException, InterruptedException;
  }

  /** Opens what is needed to work on the target, puts the question, and closes it again. */
  protected abstract <T> Answer<T> on(String target, Question<L, T> question)
      throws IOException, InterruptedException;

  /**
   * Puts a question once no other one about the target is open.
   *
   * @param action the question in words, for the failure
   */
  protected final <T> Answer<T> ask(String target, String action, Question<L, T> question) {
    return questions.ask(target, action, () -> on(target, question));
  }

  @Override
  public final Answer<Optional<Running>> running(String target) {
    return ask(target, "look up what runs for " + target, TargetLife::running);
  }

  @Override
  public final Answer<Running> deploy(String target, Release release) {
    String action = "deploy " + release.version() + " to " + target;
    return ask(target, action, life -> life.deploy(release));
  }

  @Override
  public final Answer<Running> adopt(String target, Release release) {
    String action = "deploy " + release.version() + " over what is there for " + target;
    return ask(target, action, life -> life.adopt(release));
  }

  @Override
  public final Answer<List<String>> foreign(String target, Release release) {
    String action = "see what is there for " + target;
    return ask(target, action, life -> life.foreign(release));
  }

  @Override
  public final Answer<List<String>> changes(String target, Release release) {
    String action = "see what %s would change on %s".formatted(release.version(), target);
    return ask(target, action, life -> life.changes(release));
  }

  @Override
  public final Answer<Optional<Running>> rollback(String target, String digest) {
    return ask(target, "roll " + target + " back", life -> life.rollback(digest));
  }

  @Override
  public final Answer<Boolean> stop(String target) {
    return ask(target, "stop " + target, TargetLife::stop);
  }

  @Override
  public final Answer<Running> restart(String target, String taskId) {
    return ask(target, "restart " + target, life -> life.restart(taskId));
  }

  @Override
  public final Answer<Boolean> standsBeside(String target, Release release) {
    String action = "see whether " + release.version() + " can run beside what runs for " + target;
    return ask(target, action, life -> life.standsBeside(release));
  }

  @Override
  public final Answer<List<String>> losses(String target, Release release) {
    String action = "look up what data " + target + " keeps";
    return ask(target, action, life -> life.losses(release));
  }

  @Override
  public final Answer<Running> scale(String target, String service, int replicas) {
    String action = "run %d of %s on %s".formatted(replicas, service, target);
    return ask(target, action, life -> life.scale(service, replicas));
  }

  @Override
  public final Answer<Running> duplicate(String target, String other, int port, String taskId) {
    String action = "run what %s has once more".formatted(target);
    return ask(other, action, life -> life.duplicate(target, port, taskId));
  }

  @Override
  public final Answer<List<Difference>> drift(String target) {
    return ask(target, "compare what runs for " + target, TargetLife::drift);
  }

  @Override
  public final Answer<Optional<Usage>> usage(String target) {
    return ask(target, "see what " + target + " uses", TargetLife::usage);
  }

  @Override
  public final Answer<Optional<Allotment>> allotted(String target) {
    return ask(target, "see what " + target + " may use", TargetLife::allotted);
  }

  @Override
  public final String log(String target) {
    return switch (ask(target, "read the log of " + target, TargetLife::log)) {
      case Answer.Ok<String>(String lines) -> lines;
      case Answer.No<String> _ -> "";
    };
  }
}
