package dev.opsagent.operations.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.execution.Operation;
import dev.opsagent.execution.Operation.Resolution;
import dev.opsagent.execution.Step;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.Step.Undo;
import dev.opsagent.execution.StepContext;
import dev.opsagent.execution.StepContext.LeaseLost;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.HealthProbe;
import dev.opsagent.outside.Images;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Plan;
import dev.opsagent.plan.PlannedStep;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.DeploymentRecord;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.ShelfRegistry;
import dev.opsagent.testing.WatchedRuntime;
import dev.opsagent.tools.git.GitRepository;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several services in one task: what is refused, in which order they are, and what joins them. */
final class StackOperationTest {
  private static final String CHAIN =
      "{services: {web: {image: 'app:2', port: 3, after: [api]}, api: {image: 'app:2', port: 2,"
          + " after: [db]}, db: {image: 'app:2', port: 1}}}";
  private static final String TWINS =
      "{services: {a: {image: 'app:2', port: 1}, b: {image: 'app:2', port: 2}}}";

  private final Engine engine = new Engine();
  private Optional<DeploymentRecord> known = Optional.empty();
  private Runnable fence = () -> {};

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{services: {a: {image: 'x:1', port: 1, after: [b]}, b: {image: 'x:1', port: 2, after:"
            + " [c]}, c: {image: 'x:1', port: 3, after: [b]}}}"
            + " | parameters.services.b.after leads back to itself: b after c after b",
        "{services: {a: {image: 'x:1', port: 1, after: [a]}}}"
            + " | parameters.services.a.after leads back to itself: a after a",
        "{services: {a: {image: 'x:1', port: 1, after: [z]}}}"
            + " | parameters.services.a.after names none of the services",
        "{services: {a: {image: 'x:1', port: 1}, b: {image: 'x:1', port: 1}}}"
            + " | parameters.services.b.port is the port of a too",
        "{services: {a: {image: 'x:1'}}} | parameters.services.a.port is missing",
        "{services: {a: {services: {b: {image: 'x:1', port: 1}}}}}"
            + " | parameters.services.a must not hold services of its own",
        "{services: {a: {image: 'x:1', port: 1, strategy: canary}}}"
            + " | parameters.services.a.strategy is canary",
        "{services: {a: {image: 'x:1', port: 1},"
            + " b: {image: 'x:1', port: 2}}, port: 1}"
            + " | parameters.port must be said of each service by itself",
        "{image: 'x:1', port: 1, after: [a]} | parameters.after is for a service",
        "{image: 'x:1', port: 1, parallel: 2} | parameters.parallel is for parameters.services",
      })
  void whatCannotBeOneStackIsRefusedByTheFieldThatIsWrong(String parameters, String field) {
    assertThat(operation().refuse(task(parameters)).map(Failure::cause).orElse(""))
        .startsWith(field);
  }

  @Test
  void aNameThatIsTooLongBehindThatOfTheStackIsRefused() {
    String parameters = "{services: {%s: {image: 'x:1', port: 1}}}".formatted("a".repeat(60));
    assertThat(operation().refuse(task(parameters)).map(Failure::cause).orElse(""))
        .contains("has a name that is too long");
  }

  @Test
  void servicesAreBroughtUpInWavesThatComeAfterWhatTheyNeed() {
    assertThat(operation().refuse(task(CHAIN))).isEmpty();
    assertThat(names(CHAIN))
        .containsExactly(
            "validate", "deploy.1", "verify.1", "deploy.2", "verify.2", "deploy.3", "verify.3");
    Plan plan = plan(CHAIN);
    assertThat(plan.steps().get(1).description()).contains("local/shop--db");
    assertThat(plan.steps().get(5).effects())
        .singleElement()
        .satisfies(it -> assertThat(it.resource()).isEqualTo("docker:local/shop--web@2"));
  }

  @Test
  void noMoreAreBroughtUpAtOnceThanTheTaskSays() {
    String three =
        "{services: {a: {image: 'x:1', port: 1}, b: {image: 'x:1', port: 2}, c: {image: 'x:1',"
            + " port: 3}}, parallel: %d}";
    assertThat(names(three.formatted(3))).containsExactly("validate", "deploy.1", "verify.1");
    assertThat(names(three.formatted(2)))
        .containsExactly("validate", "deploy.1", "verify.1", "deploy.2", "verify.2");
    assertThat(plan(three.formatted(2)).steps().get(1).effects()).hasSize(2);
  }

  @Test
  void theServicesOfAWaveAreBroughtUpSideBySide() {
    CyclicBarrier both = new CyclicBarrier(2);
    engine.meeting = Optional.of(both);
    assertThat(step(TWINS, "deploy.1").apply(context(TWINS)))
        .as("neither comes back before the other has begun")
        .isInstanceOf(Outcome.Applied.class);
    assertThat(engine.running.keySet()).containsExactlyInAnyOrder("local/shop--a", "local/shop--b");
  }

  @Test
  void whatIsUpAlreadyIsNotBroughtUpAgainAfterACrashInTheMidstOfAWave() {
    Step step = step(TWINS, "deploy.1");
    StepContext context = context(TWINS);
    engine.refused.add("local/shop--b");
    assertThat(step.apply(context)).isInstanceOf(Outcome.Failed.class);
    assertThat(engine.deployed).containsExactly("local/shop--a");
    assertThat(step.probe(context)).isInstanceOf(Probe.Missing.class);
    engine.refused.clear();

    assertThat(step.apply(context)).isInstanceOf(Outcome.Applied.class);

    assertThat(engine.deployed).containsExactly("local/shop--a", "local/shop--b");
    assertThat(step.probe(context))
        .isInstanceOfSatisfying(
            Probe.Satisfied.class,
            it ->
                assertThat(it.deliverables())
                    .extracting(one -> ((DeploymentStatus) one).service().orElse(""))
                    .containsExactly("a", "b"));
  }

  @Test
  void aWaveIsInDoubtWhenOneOfItIs() {
    Step step = step(TWINS, "deploy.1");
    StepContext context = context(TWINS);
    engine.silent.add("local/shop--a");
    assertThat(step.probe(context)).isInstanceOf(Probe.Unknown.class);
  }

  @Test
  void everyFailureOfAWaveIsTold() {
    engine.refused.addAll(Set.of("local/shop--a", "local/shop--b"));
    assertThat(step(TWINS, "deploy.1").apply(context(TWINS)))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it -> assertThat(it.failure().sentence()).contains("local/shop--a", "local/shop--b"));
  }

  @Test
  void aWaveIsTakenBackAsAWholeAndThatCanBeRepeated() {
    Step step = step(TWINS, "deploy.1");
    StepContext context = context(TWINS);
    assertThat(step.undo(context)).as("nothing has happened").isInstanceOf(Undo.Undone.class);
    assertThat(step.apply(context)).isInstanceOf(Outcome.Applied.class);
    assertThat(step.undo(context)).isInstanceOf(Undo.Undone.class);
    assertThat(engine.running).isEmpty();
    assertThat(step.undo(context)).isInstanceOf(Undo.Undone.class);
  }

  @Test
  void aLostLeaseKeepsEveryServiceOfAWaveFromStarting() {
    Step step = step(TWINS, "deploy.1");
    StepContext context = context(TWINS);
    fence =
        () -> {
          throw new LeaseLost("lost");
        };
    assertThatThrownBy(() -> step.apply(context)).isInstanceOf(LeaseLost.class);
    assertThat(engine.deployed).isEmpty();
  }

  @Test
  void whoeverInterruptsAWaveInterruptsAllOfIt() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch never = new CountDownLatch(1);
    Set<String> interrupted = ConcurrentHashMap.newKeySet();
    Thread wave =
        Thread.ofVirtual()
            .start(() ->
                assertThatThrownBy(() ->
                        new Abreast(2)
                            .each(
                                List.of("a", "b"),
                                name -> {
                                  begun.countDown();
                                  try {
                                    never.await();
                                  } catch (InterruptedException _) {
                                    interrupted.add(name);
                                  }
                                  return name;
                                }))
                    .isInstanceOf(IllegalStateException.class));
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
    wave.interrupt();
    assertThat(wave.join(Duration.ofSeconds(30))).isTrue();
    assertThat(interrupted).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aTargetIsOneServiceOrAStackAndNeverBoth() {
    DeploymentRecord.Release release =
        new DeploymentRecord.Release("1", "sha256:1", "", "docker", Optional.empty());
    DeploymentRecord nothing =
        DeploymentRecord.unknown(task(CHAIN).target(), "task-0", Instant.EPOCH);
    DeploymentRecord.Service runs =
        new DeploymentRecord.Service(Optional.of(release), Optional.empty(), List.of());

    known = Optional.of(nothing.with(Optional.empty(), runs, "task-0", Instant.EPOCH));
    assertThat(refusal(CHAIN)).isEqualTo(ReasonCode.CONFLICT);

    known = Optional.of(nothing.with(Optional.of("db"), runs, "task-0", Instant.EPOCH));
    assertThat(refusal("{image: 'app:2', port: 1}")).isEqualTo(ReasonCode.CONFLICT);
    assertThat(resolve(CHAIN)).isInstanceOf(Resolution.Resolved.class);
  }

  @Test
  void factsOfAServiceAreFoundAgainUnderItsName() {
    Facts own = Facts.of(Map.of("release.digest", "d", Facts.PROOF + "metric.errors", "few"));
    Facts whole = own.with(Facts.STEPS, ".1").under("web").with(Facts.of(Map.of("other/x", "y")));
    assertThat(whole.services()).containsExactly("web");
    assertThat(whole.of("web").values()).containsAllEntriesOf(own.values());
    assertThat(whole.proofs()).as("the audit still finds them").containsExactly("few");
  }

  private ReasonCode refusal(String parameters) {
    return ((Resolution.Unresolved) resolve(parameters)).failure().code();
  }

  private Resolution resolve(String parameters) {
    return operation().resolve(task(parameters), context(parameters, Facts.NONE));
  }

  private Facts facts(String parameters) {
    return ((Resolution.Resolved) resolve(parameters)).observations();
  }

  private Plan plan(String parameters) {
    return operation().plan(task(parameters), facts(parameters));
  }

  private List<String> names(String parameters) {
    return plan(parameters).steps().stream().map(PlannedStep::name).toList();
  }

  private Step step(String parameters, String name) {
    PlannedStep planned =
        plan(parameters).steps().stream()
            .filter(it -> it.name().equals(name))
            .findFirst()
            .orElseThrow();
    return operation().step(planned, task(parameters));
  }

  private StepContext context(String parameters) {
    return context(parameters, facts(parameters));
  }

  private StepContext context(String parameters, Facts facts) {
    return new StepContext(
        task(parameters), facts, known, () -> fence.run(), _ -> {}, Duration.ofMinutes(1));
  }

  private static TaskDispatch task(String parameters) {
    String yaml =
        """
        taskId: t-1
        operation: deploy
        target: {environment: local, service: shop}
        parameters: %s
        requestedBy: pm
        """
            .formatted(parameters);
    return Json.readYaml(yaml.getBytes(StandardCharsets.UTF_8), TaskDispatch.class);
  }

  private Operation operation() {
    return new StackOperation(
        new Adapters(
            () -> new Environments(List.of(Environment.undeclared("local"))),
            Map.of("docker", engine),
            _ -> reference -> new Answer.Ok<>(new Images.Pinned(reference, "sha256:" + reference)),
            Map.of("npm", new ShelfRegistry()),
            new GitRepository(_ -> Optional.empty(), Duration.ofMinutes(1)),
            new NoProbe(),
            _ -> new Answer.Ok<>(Optional.empty()),
            (_, _, _) -> {
              throw new AssertionError("nothing is measured");
            },
            new OneWorkspace(Path.of("unused")),
            new NoPace()));
  }

  /** Runs what it is told to, except for targets that it refuses; answers nothing of the silent. */
  private static final class Engine extends WatchedRuntime {
    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private final List<String> deployed = Collections.synchronizedList(new ArrayList<>());
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private Optional<CyclicBarrier> meeting = Optional.empty();

    Engine() {
      super("docker");
    }

    @Override
    public Set<Environment.Strategy> strategies() {
      return Set.of(Environment.Strategy.values());
    }

    @Override
    public Answer<Optional<Running>> running(String target) {
      return silent.contains(target)
          ? new Answer.No<>(failure(target))
          : new Answer.Ok<>(Optional.ofNullable(running.get(target)));
    }

    @Override
    public Answer<Running> deploy(String target, Release release) {
      meeting.ifPresent(Engine::meet);
      if (refused.contains(target)) {
        return new Answer.No<>(failure(target));
      }
      deployed.add(target);
      Running now =
          new Running(
              release.version(),
              release.digest(),
              release.taskId(),
              target,
              Optional.empty(),
              Optional.empty());
      running.put(target, now);
      return new Answer.Ok<>(now);
    }

    private static void meet(CyclicBarrier barrier) {
      try {
        barrier.await(30, TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new AssertionError("the other one does not come", e);
      }
    }

    @Override
    public Answer<Optional<Running>> rollback(String target, String digest) {
      running.remove(target);
      return new Answer.Ok<>(Optional.empty());
    }

    private static Failure failure(String target) {
      return Failure.of(ReasonCode.UNREACHABLE, "ask about " + target, "it says nothing", "");
    }
  }

  private static final class NoProbe implements HealthProbe {
    @Override
    public Answer<Boolean> http(URI uri, Page wanted, Duration timeout) {
      throw new AssertionError("nobody is asked");
    }

    @Override
    public Answer<Boolean> tcp(String host, int port, Duration timeout) {
      throw new AssertionError("nobody is asked");
    }
  }
}
