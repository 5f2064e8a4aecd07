package dev.opsagent.testing;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime;
import java.util.Optional;

/** A runtime that is only looked at: whoever changes something through it fails the test. */
public abstract class WatchedRuntime implements ServiceRuntime {
  private final String kind;

  protected WatchedRuntime(String kind) {
    this.kind = kind;
  }

  @Override
  public final String kind() {
    return kind;
  }

  @Override
  public Answer<Running> deploy(String target, Release release) {
    throw new AssertionError("nothing is deployed");
  }

  @Override
  public Answer<Optional<Running>> rollback(String target, String digest) {
    throw new AssertionError("nothing is rolled back");
  }

  @Override
  public Answer<Boolean> stop(String target) {
    throw new AssertionError("nothing is stopped");
  }

  @Override
  public Answer<Running> restart(String target, String taskId) {
    throw new AssertionError("nothing is restarted");
  }

  @Override
  public String log(String target) {
    return "";
  }
}
