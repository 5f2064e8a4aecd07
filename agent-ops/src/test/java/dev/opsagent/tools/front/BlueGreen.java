package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A runtime whose every deployment is blue-green, as an operation makes one. */
final class BlueGreen implements ServiceRuntime {
  private static final int LOOKS = 100;

  private final ServiceRuntime runtime;
  private final boolean first;

  BlueGreen(ServiceRuntime runtime) {
    this(runtime, false);
  }

  private BlueGreen(ServiceRuntime runtime, boolean first) {
    this.runtime = runtime;
    this.first = first;
  }

  /** One where only what runs nowhere yet is deployed so, and what runs is replaced by recreate. */
  static ServiceRuntime thenRecreate(ServiceRuntime runtime) {
    return new BlueGreen(runtime, true);
  }

  /** All that a runtime may have of a target behind the front, three replicas of a slot at most. */
  static List<String> targets(String target) {
    Stream<String> slots =
        Slot.NAMES.stream()
            .map(name -> target + "~" + name)
            .flatMap(slot -> Stream.of(slot, slot + "~2", slot + "~3"));
    return Stream.concat(Stream.of(target), slots).toList();
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
    boolean runs =
        runtime.running(target) instanceof Answer.Ok<Optional<Running>>(var now) && now.isPresent();
    if (first && runs) {
      return runtime.deploy(target, release);
    }
    return runtime
        .replace(target, release, BlueGreen::serves)
        .then(running -> runtime.retire(target).map(_ -> running));
  }

  static Answer<Boolean> serves(Running candidate, Supplier<String> log)
      throws InterruptedException {
    URI at = URI.create(candidate.address().orElseThrow());
    for (int look = 0; look < LOOKS; look++) {
      try (var body = at.toURL().openStream()) {
        String said = new String(body.readNBytes(100), StandardCharsets.UTF_8);
        if (said.startsWith("version " + candidate.version())) {
          return new Answer.Ok<>(true);
        }
      } catch (IOException _) {
        Thread.sleep(50);
      }
    }
    return new Answer.No<>(
        Failure.of(ReasonCode.UNHEALTHY, "try it", "it does not serve: " + log.get(), ""));
  }

  @Override
  public Answer<Optional<Running>> rollback(String target, String digest) {
    return runtime.rollback(target, digest);
  }

  @Override
  public Answer<Boolean> stop(String target) {
    return runtime.stop(target);
  }

  @Override
  public Answer<Running> restart(String target, String taskId) {
    return runtime.restart(target, taskId);
  }

  @Override
  public Answer<List<Difference>> drift(String target) {
    return runtime.drift(target);
  }

  @Override
  public String log(String target) {
    return runtime.log(target);
  }
}
