package dev.opsagent.operations.deploy;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime;
import java.util.Optional;

/** A runtime through which only what was introduced is seen, and nothing is changed. */
record Introduced(ServiceRuntime runtime) implements ServiceRuntime {
  @Override
  public String kind() {
    return runtime.kind();
  }

  @Override
  public Answer<Optional<Running>> running(String target) {
    return runtime.introduced(target);
  }

  @Override
  public String log(String target) {
    return runtime.logOfIntroduced(target);
  }

  @Override
  public Answer<Running> deploy(String target, Release release) {
    throw onlyLookedAt();
  }

  @Override
  public Answer<Optional<Running>> rollback(String target, String digest) {
    throw onlyLookedAt();
  }

  @Override
  public Answer<Boolean> stop(String target) {
    throw onlyLookedAt();
  }

  @Override
  public Answer<Running> restart(String target, String taskId) {
    throw onlyLookedAt();
  }

  private static UnsupportedOperationException onlyLookedAt() {
    return new UnsupportedOperationException("what was introduced is only looked at");
  }
}
