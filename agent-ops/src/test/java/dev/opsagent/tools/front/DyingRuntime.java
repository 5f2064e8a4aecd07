package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.testing.RuntimeContract.Gone;
import java.util.Optional;
import java.util.function.Supplier;

/** A runtime whose worker is gone before or right after one of its changes of the world. */
final class DyingRuntime implements ServiceRuntime {
  private final ServiceRuntime runtime;
  private int left;

  /**
   * @param moments the worker lives through: each change has one before it and one after it
   */
  DyingRuntime(ServiceRuntime runtime, int moments) {
    this.runtime = runtime;
    this.left = moments;
  }

  private <T> Answer<T> change(Supplier<Answer<T>> made) {
    moment();
    Answer<T> answer = made.get();
    moment();
    return answer;
  }

  private void moment() {
    if (left-- <= 0) {
      throw new Gone();
    }
  }

  @Override
  public String kind() {
    return runtime.kind();
  }

  @Override
  public Answer<Optional<Running>> running(String target) {
    return runtime.running(target);
  }

  @Override
  public Answer<Running> deploy(String target, Release release) {
    return change(() -> runtime.deploy(target, release));
  }

  @Override
  public Answer<Optional<Running>> rollback(String target, String digest) {
    return change(() -> runtime.rollback(target, digest));
  }

  @Override
  public Answer<Boolean> stop(String target) {
    return change(() -> runtime.stop(target));
  }

  @Override
  public Answer<Running> restart(String target, String taskId) {
    return change(() -> runtime.restart(target, taskId));
  }

  @Override
  public Answer<Running> duplicate(String target, String other, int port, String taskId) {
    return change(() -> runtime.duplicate(target, other, port, taskId));
  }

  @Override
  public String log(String target) {
    return runtime.log(target);
  }
}
