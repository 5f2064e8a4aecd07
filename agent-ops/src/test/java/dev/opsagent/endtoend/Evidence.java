package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.AuditRecord;
import dev.opsagent.protocol.Deliverable;
import dev.opsagent.protocol.Deliverable.DeploymentStatus;
import dev.opsagent.protocol.Deliverable.PublicationStatus;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.PlanReport;
import dev.opsagent.protocol.PlanReport.PlannedStepReport;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import java.util.List;
import java.util.stream.LongStream;

/** Holds the reports of a task against the outside world. */
final class Evidence {
  private Evidence() {}

  /** The release stands everywhere, once, and all the books say the same. */
  static void released(TestStack stack, SampleService service, String taskId, String version) {
    published(stack, service, taskId, version);
    StatusReport end = stack.reports(taskId).getLast();
    DeploymentStatus deployment = deliverable(end, DeploymentStatus.class);
    assertThat(deployment.verified()).isTrue();
    assertThat(deployment.digest())
        .isEqualTo(deliverable(end, PublicationStatus.class).integrity());
    assertThat(service.answer()).isEqualTo("200 sample " + version);
    assertThat(service.processes()).hasSize(1);
    assertThat(stack.deployment(service.target()).running().orElseThrow().version())
        .isEqualTo(version);
    assertThat(stack.deployment(service.target()).taskId()).isEqualTo(taskId);
  }

  /** One commit, one tag, one version, and they are one release. */
  static void published(TestStack stack, SampleService service, String taskId, String version) {
    List<StatusReport> reports = stack.reports(taskId);
    StatusReport end = reports.getLast();
    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.SUCCEEDED);
    gapless(reports);
    oneRelease(service, version);
    PublicationStatus publication = deliverable(end, PublicationStatus.class);
    assertThat(publication.commit()).isEqualTo(service.ref("main"));
    listed(stack, service, publication, version);
    executedAsPlanned(stack, reports, taskId);
  }

  /** The version stands where it cannot be taken back, and in nobody's way. */
  static void withdrawn(
      TestStack stack, SampleService service, String taskId, String version, String before) {
    StatusReport end = stack.reports(taskId).getLast();
    assertThat(end.state()).as("%s", end.reason()).isEqualTo(TaskState.ROLLED_BACK);
    assertThat(end.reason().orElseThrow().code()).isEqualTo(ReasonCode.UNHEALTHY);
    gapless(stack.reports(taskId));
    assertThat(service.answer()).isEqualTo("200 sample " + before);
    assertThat(service.processes()).hasSize(1);
    assertThat(stack.deployment(service.target()).running().orElseThrow().version())
        .isEqualTo(before);
    assertThat(stack.registry.isDeprecated(service.name, version)).isTrue();
    assertThat(stack.registry.isDeprecated(service.name, before)).isFalse();
    assertThat(stack.registry.tag(service.name, "latest")).isEqualTo(before);
    assertThat(deliverable(end, PublicationStatus.class).withdrawn()).isTrue();
    assertThat(end.changes())
        .anySatisfy(line -> assertThat(line).contains("commit", service.ref("v" + version)))
        .anySatisfy(line -> assertThat(line).contains("tag v" + version))
        .anySatisfy(line -> assertThat(line).contains(service.name + "@" + version, "deprecated"));
    assertThat(stack.escalations(taskId))
        .singleElement()
        .satisfies(escalation ->
            assertThat(escalation.trigger())
                .isEqualTo(Escalation.Trigger.CRITICAL_DEPLOYMENT_FAILURE));
    assertThat(stack.audit(taskId)).isNotEmpty();
  }

  static void gapless(List<StatusReport> reports) {
    assertThat(reports.stream().map(StatusReport::revision))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, reports.size()).boxed().toList());
  }

  private static void oneRelease(SampleService service, String version) {
    assertThat(service.commits()).containsOnlyOnce("Release " + version);
    assertThat(service.commits().getFirst()).isEqualTo("Release " + version);
    assertThat(service.tags()).containsOnlyOnce("v" + version);
    assertThat(service.ref("v" + version)).isEqualTo(service.ref("main"));
  }

  private static void listed(
      TestStack stack, SampleService service, PublicationStatus publication, String version) {
    assertThat(publication.version()).isEqualTo(version);
    assertThat(stack.registry.listed(service.name, version)).isEqualTo(publication.integrity());
    assertThat(stack.registry.downloaded(service.name, version)).isEqualTo(publication.integrity());
    assertThat(stack.registry.tag(service.name, "latest")).isEqualTo(version);
  }

  private static void executedAsPlanned(
      TestStack stack, List<StatusReport> reports, String taskId) {
    List<AuditRecord> audit = stack.audit(taskId);
    List<String> planned =
        plan(reports).steps().stream()
            .map(PlannedStepReport::effects)
            .flatMap(List::stream)
            .toList();
    assertThat(planned).isNotEmpty();
    assertThat(audit.stream().map(AuditRecord::effects).flatMap(List::stream))
        .containsExactlyElementsOf(planned);
  }

  /** The plan that the task announced, which is one. */
  static PlanReport plan(List<StatusReport> reports) {
    List<PlanReport> plans =
        reports.stream().flatMap(report -> report.plan().stream()).distinct().toList();
    assertThat(plans).hasSize(1);
    return plans.getFirst();
  }

  static <D extends Deliverable> D deliverable(StatusReport report, Class<D> type) {
    List<D> found =
        report.deliverables().stream().filter(type::isInstance).map(type::cast).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }
}
