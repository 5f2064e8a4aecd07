package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ContainerMeter.Reading;
import dev.opsagent.outside.Environment.Strategy;
import dev.opsagent.outside.PerTargetRuntime;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.ServiceRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Adds the strategies blue-green, canary and rolling to a runtime. A target then has three slots,
 * each a target of its own of that runtime: for the live release, the one before, and what is
 * tried. A front answers for whichever is live. A release is brought up in the free one, proved
 * there, and only then do callers reach it; the one before stays warm until it is {@link #retire
 * retired}, so that going back is one turn of the front. What was deployed by another strategy is
 * the runtime's own, and answered for by it.
 */
public final class FrontedRuntime extends PerTargetRuntime<FrontedService> {
  private final ServiceRuntime runtime;
  private final Front front;

  /** The runtimes of one worker share one front. */
  public static final class Fronts {
    private final Front front;

    /**
     * @param data the worker's data folder
     * @param nanoTime monotonic time
     */
    public Fronts(Programs programs, Path data, LongSupplier nanoTime) {
      Path folder = data.toAbsolutePath().normalize().resolve("front");
      this.front = new Front(folder, programs, nanoTime);
    }

    /** The runtime, and blue-green with it. */
    public ServiceRuntime before(ServiceRuntime runtime) {
      return new FrontedRuntime(runtime, front);
    }
  }

  private FrontedRuntime(ServiceRuntime runtime, Front front) {
    super("see routes.json in the front's folder");
    this.runtime = runtime;
    this.front = front;
  }

  @Override
  public String kind() {
    return runtime.kind();
  }

  @Override
  public Set<Strategy> strategies() {
    return Set.of(Strategy.values());
  }

  @Override
  public boolean replicates() {
    return runtime.replicates();
  }

  @Override
  public boolean isComposed() {
    return runtime.isComposed();
  }

  @Override
  public Answer<List<Reading>> readings(String target) {
    return ask(target, "see what " + target + " uses", FrontedService::readings);
  }

  @Override
  public Answer<Running> replace(String target, Release release, Trial trial) {
    String action = "deploy " + release.version() + " to " + target;
    return ask(target, action, service -> new FrontedArrival(service).replace(release, trial));
  }

  @Override
  public Answer<Running> roll(String target, Release release, Trial trial) {
    String action = "deploy " + release.version() + " replica by replica to " + target;
    return ask(target, action, service -> new FrontedRoll(service, release, trial).run());
  }

  @Override
  public Answer<Running> scale(String target, int replicas, Trial trial) {
    String action = "run %d replicas of %s".formatted(replicas, target);
    return ask(target, action, service -> new FrontedScale(service).scale(replicas, trial));
  }

  @Override
  public Answer<Running> introduce(String target, Release release, Trial trial) {
    String action = "introduce " + release.version() + " to " + target;
    return ask(target, action, service -> new FrontedCanary(service).introduce(release, trial));
  }

  @Override
  public Answer<Boolean> share(String target, String digest, int percent) {
    String action = "let %d %% of the callers of %s reach a release".formatted(percent, target);
    return ask(target, action, service -> new FrontedCanary(service).share(digest, percent));
  }

  @Override
  public Answer<Optional<Integer>> shared(String target, String digest) {
    return ask(
        target,
        "look up who reaches what on " + target,
        it -> new FrontedCanary(it).shared(digest));
  }

  @Override
  public Answer<Optional<Running>> introduced(String target) {
    return ask(
        target,
        "look up what is new on " + target,
        service -> new FrontedCanary(service).running());
  }

  @Override
  public String logOfIntroduced(String target) {
    String action = "read the log of what is new on " + target;
    return ask(target, action, service -> new FrontedCanary(service).log())
            instanceof Answer.Ok<String>(String lines)
        ? lines
        : "";
  }

  @Override
  public Answer<Boolean> keepsWarm(String target) {
    return ask(target, "look up what ran before on " + target, FrontedService::keepsWarm);
  }

  @Override
  public Answer<Boolean> retire(String target) {
    return ask(target, "end what ran before on " + target, FrontedService::retire);
  }

  @Override
  protected <T> Answer<T> on(String target, Question<FrontedService, T> question)
      throws IOException, InterruptedException {
    // What another runtime has for the target is nothing of this one's.
    String key = runtime.kind() + ":" + target;
    return question.of(new FrontedService(key, target, front.known(key), runtime, front));
  }
}
