package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Image;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirements.Autoscaling;
import dev.opsagent.testing.RuntimeContract;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A release whose number of pods follows its load; the autoscaler's part is played by the test. */
class KubernetesAutoscalerTest extends OnCluster {
  private static final Autoscaling LOAD = new Autoscaling(2, 5, 70);
  private static final Trial ANY = (_, _) -> new Answer.Ok<>(true);

  private static Release sized(Scaled subject, String version, String task) {
    Image image = new Image(image().reference(), Optional.of(0.1), Optional.empty());
    return subject.of(version, task, image, List.of(), Optional.of(PORT));
  }

  private static Running deployed(Scaled subject, Release release) {
    return ok(subject.runtime().deploy(subject.target(), release));
  }

  /** Its first release, which the autoscaler has brought to so many pods. */
  private Scaled at(int pods) {
    Scaled subject = subject();
    deployed(subject, sized(subject, "1.0.0", "task-1").following(LOAD));
    subject.scaledByAnother(pods);
    return subject;
  }

  @Test
  void anAutoscalerStandsBesideTheDeploymentAndBearsItsMarks() {
    Scaled subject = subject();

    Running running = deployed(subject, sized(subject, "1.0.0", "task-1").following(LOAD));

    HorizontalPodAutoscaler made = subject.autoscaler().orElseThrow();
    assertThat(made.getMetadata().getLabels())
        .containsEntry("app.kubernetes.io/managed-by", "ops-agent")
        .containsEntry("app.kubernetes.io/name", subject.name());
    assertThat(made.getMetadata().getAnnotations())
        .containsEntry("dev.opsagent/target", subject.target());
    assertThat(made.getSpec().getScaleTargetRef().getName()).isEqualTo(subject.name());
    assertThat(made.getSpec().getMinReplicas()).isEqualTo(2);
    assertThat(made.getSpec().getMaxReplicas()).isEqualTo(5);
    assertThat(ok(subject.runtime().autoscaling(subject.target()))).contains(LOAD);
    assertThat(running.wanted()).as("begins with the least").isEqualTo(2);
    assertThat(ok(subject.runtime().drift(subject.target()))).isEmpty();
  }

  @Test
  void theNumberThatTheAutoscalerHasComeToStays() {
    Scaled subject = at(4);

    Running second = deployed(subject, sized(subject, "2.0.0", "task-2"));

    subject.assertAnswers(second, "2.0.0");
    assertThat(second.isWhole()).isTrue();
    assertThat(subject.replicas()).isEqualTo(4);
    assertThat(subject.autoscaler()).as("as before, where a release leaves it open").isPresent();
    assertThat(ok(subject.runtime().restart(subject.target(), "task-3")).wanted()).isEqualTo(4);
    assertThat(ok(subject.runtime().drift(subject.target()))).isEmpty();
  }

  @Test
  void whatIsStoppedHasNoPodAndBeginsWithTheLeast() {
    Scaled subject = at(4);

    assertThat(ok(subject.runtime().stop(subject.target()))).isTrue();

    assertThat(subject.pods()).isEmpty();
    assertThat(subject.replicas()).isZero();
    assertThat(ok(subject.runtime().restart(subject.target(), "task-2")).wanted()).isEqualTo(2);
    assertThat(subject.autoscaler()).isPresent();
  }

  @Test
  void theNumberIsTakenFromTheAutoscalerAndNothingFromAnybodyElse() {
    Scaled subject = at(4);
    subject.deadlineByAnother(77);

    Failure failure = no(subject.runtime().stop(subject.target()));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(failure.cause()).contains("a-person").contains(".spec.progressDeadlineSeconds");
    assertThat(subject.replicas()).isEqualTo(4);
    assertThat(subject.autoscaler()).isPresent();
  }

  @Test
  void aScaleIsRefusedWhileAnAutoscalerSaysTheNumber() {
    Scaled subject = at(4);

    Failure failure = no(subject.runtime().scale(subject.target(), 3, ANY));

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).contains("an autoscaler says how many there are");
    assertThat(failure.fix()).contains("requirements.scaling.autoscaling");
    assertThat(subject.replicas()).isEqualTo(4);
  }

  @Test
  void aReleaseThatSaysTheNumberHasNoAutoscalerUntilItIsTakenBack() {
    Scaled subject = at(4);

    Running second = deployed(subject, sized(subject, "2.0.0", "task-2").times(3));

    assertThat(second.wanted()).isEqualTo(3);
    assertThat(subject.autoscaler()).isEmpty();
    subject.assertAnswers(subject.rollback(second).orElseThrow(), "1.0.0");
    assertThat(ok(subject.runtime().autoscaling(subject.target()))).contains(LOAD);
    assertThat(subject.replicas()).isEqualTo(3);
  }

  @Test
  void otherBoundsAreTakenBackToThoseOfBefore() {
    Scaled subject = at(5);
    Autoscaling narrow = new Autoscaling(1, 3, 50);

    Running second = deployed(subject, sized(subject, "2.0.0", "task-2").following(narrow));

    assertThat(ok(subject.runtime().autoscaling(subject.target()))).contains(narrow);
    subject.rollback(second);
    assertThat(ok(subject.runtime().autoscaling(subject.target()))).contains(LOAD);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void whereverItsWorkerDiesARollbackEndsWithAsManyPodsAsThereWereAndNoAutoscaler(int changes) {
    Scaled subject = subject();
    deployed(subject, sized(subject, "1.0.0", "task-1").times(3));
    Running second = deployed(subject, sized(subject, "2.0.0", "task-2").following(LOAD));
    subject.scaledByAnother(5);

    try {
      ok(subject.dying(changes).rollback(subject.target(), second.digest()));
    } catch (RuntimeContract.Gone e) {
      assertThat(subject.found()).isPresent();
    }

    subject.assertAnswers(subject.rollback(second).orElseThrow(), "1.0.0");
    assertThat(subject.replicas()).isEqualTo(3);
    assertThat(subject.autoscaler()).isEmpty();
    assertThat(ok(subject.runtime().scale(subject.target(), 2, ANY)).wanted()).isEqualTo(2);
  }

  @Test
  void theFirstReleaseThatIsTakenBackLeavesNoAutoscaler() {
    Scaled subject = subject();
    Running first = deployed(subject, sized(subject, "1.0.0", "task-1").following(LOAD));

    assertThat(subject.rollback(first)).isEmpty();

    assertThat(subject.found()).isEmpty();
    assertThat(subject.autoscaler()).isEmpty();
  }

  @Test
  void anAutoscalerOfTheTargetsNameIsRefusedBeforeAnythingChanges() {
    Scaled subject = subject();
    subject.obstructAutoscaler();

    Failure failure = subject.refused(sized(subject, "1.0.0", "task-1").following(LOAD));

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFLICT);
    assertThat(failure.cause()).contains("HorizontalPodAutoscaler");
    assertThat(subject.found()).isEmpty();
  }

  @Test
  void aReleaseWithoutAShareToGoByIsRefusedBeforeAnythingChanges() {
    Scaled subject = at(4);

    Failure failure = subject.refused(subject.release("2.0.0", "task-2"));

    assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(failure.fix()).contains("cpus");
    assertThat(subject.deployment().getMetadata().getAnnotations())
        .containsEntry("dev.opsagent/version", "1.0.0");
  }

  @Test
  void driftTellsOfOtherBoundsAndOfAnAutoscalerThatIsGone() {
    Scaled subject = at(4);
    ServiceRuntime runtime = subject.runtime();
    subject.boundsByAnother(9);

    assertThat(ok(runtime.drift(subject.target())))
        .containsExactly(
            new Difference(
                "HorizontalPodAutoscaler %s: .spec.maxReplicas".formatted(subject.name()),
                "5",
                "9",
                Optional.of("somebody-else")));

    var _ = cluster().client().resource(subject.autoscaler().orElseThrow()).delete();
    subject.scaledByAnother(0);
    assertThat(ok(runtime.drift(subject.target())))
        .extracting(Difference::field)
        .containsExactly("replicas", "HorizontalPodAutoscaler " + subject.name());
  }

  @Test
  void podsThatAreStillToComeDoNotMeanThatNothingServes() {
    Deployment growing =
        new DeploymentBuilder()
            .withNewMetadata()
            .withGeneration(7L)
            .endMetadata()
            .withNewSpec()
            .withReplicas(5)
            .endSpec()
            .withNewStatus()
            .withObservedGeneration(6L)
            .withReplicas(3)
            .withUpdatedReplicas(3)
            .withAvailableReplicas(2)
            .endStatus()
            .build();

    assertThat(Seen.isComplete(growing)).isFalse();
    assertThat(Seen.serves(growing, 2, true)).isTrue();
    assertThat(Seen.serves(growing, 3, true)).as("fewer than the least").isFalse();
    assertThat(Seen.serves(growing, 2, false)).as("of what was applied last").isFalse();
    growing.getStatus().setReplicas(4);
    assertThat(Seen.serves(growing, 2, true)).as("one of another release is left").isFalse();
  }

  @Override
  public Scaled subject() {
    return made(new Scaled(unique()));
  }

  /** A target with an autoscaler. */
  static final class Scaled extends OnCluster.Deployed {
    Scaled(String name) {
      super(name);
    }

    int replicas() {
      return deployment().getSpec().getReplicas();
    }

    Optional<HorizontalPodAutoscaler> autoscaler() {
      return Optional.ofNullable(
          cluster()
              .client()
              .resources(HorizontalPodAutoscaler.class)
              .inNamespace(cluster().namespace())
              .withName(name())
              .get());
    }

    void obstructAutoscaler() {
      var _ = cluster().client().resource(bounded(3)).create();
    }

    /** Another manager takes the upper bound for itself. */
    void boundsByAnother(int most) {
      cluster()
          .client()
          .resource(bounded(most))
          .fieldManager("somebody-else")
          .forceConflicts()
          .serverSideApply();
    }

    private HorizontalPodAutoscaler bounded(int most) {
      return new HorizontalPodAutoscalerBuilder()
          .withNewMetadata()
          .withName(name())
          .withNamespace(cluster().namespace())
          .endMetadata()
          .withNewSpec()
          .withMaxReplicas(most)
          .withNewScaleTargetRef("apps/v1", "Deployment", name())
          .endSpec()
          .build();
    }

    /** Another manager takes a field that is none of an autoscaler's. */
    void deadlineByAnother(int seconds) {
      Deployment changed =
          new DeploymentBuilder()
              .withNewMetadata()
              .withName(name())
              .withNamespace(cluster().namespace())
              .endMetadata()
              .withNewSpec()
              .withProgressDeadlineSeconds(seconds)
              .endSpec()
              .build();
      cluster()
          .client()
          .resource(changed)
          .fieldManager("a-person")
          .forceConflicts()
          .serverSideApply();
    }

    @Override
    void remove() {
      super.remove();
      var _ = autoscaler().map(it -> cluster().client().resource(it).delete());
    }
  }
}
