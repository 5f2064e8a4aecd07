package dev.opsagent.tools.docker;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerHistory;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.testing.RuntimeContract;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The engine of a worker that is gone after so many calls that change something. */
final class DyingEngine implements Engine {
  private final Engine engine;
  private int left;

  /**
   * @param left how many changes are made; with 0, the worker is gone before the first
   */
  DyingEngine(Engine engine, int left) {
    this.engine = engine;
    this.left = left;
  }

  @Override
  public Answer<List<Container>> find(String target, Set<String> names) {
    return engine.find(target, names);
  }

  @Override
  public Answer<Container> inspect(String id) {
    return engine.inspect(id);
  }

  @Override
  public Answer<Optional<LocalImage>> image(String reference) {
    return engine.image(reference);
  }

  @Override
  public Answer<Optional<Usage>> usage(String id) {
    return engine.usage(id);
  }

  @Override
  public ContainerHistory history(String id) {
    return engine.history(id);
  }

  @Override
  public Answer<Boolean> pull(String reference, Duration timeout) {
    return change(() -> engine.pull(reference, timeout));
  }

  @Override
  public Answer<String> create(String name, Labels labels, Optional<Integer> containerPort) {
    return change(() -> engine.create(name, labels, containerPort));
  }

  @Override
  public Answer<Boolean> start(String id) {
    return change(() -> engine.start(id));
  }

  @Override
  public Answer<Boolean> stop(String id) {
    return change(() -> engine.stop(id));
  }

  @Override
  public Answer<Boolean> confirm(String id) {
    return change(() -> engine.confirm(id));
  }

  @Override
  public Answer<Boolean> rename(String id, String name) {
    return change(() -> engine.rename(id, name));
  }

  @Override
  public Answer<Boolean> remove(String id) {
    return change(() -> engine.remove(id));
  }

  @Override
  public String log(String id) {
    return engine.log(id);
  }

  @Override
  public void close() {
    engine.close();
  }

  private <T> Answer<T> change(Supplier<Answer<T>> call) {
    if (left <= 0) {
      throw new RuntimeContract.Gone();
    }
    left--;
    return call.get();
  }
}
