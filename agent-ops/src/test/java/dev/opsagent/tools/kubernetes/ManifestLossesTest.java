package dev.opsagent.tools.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.protocol.InvalidMessage;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestLossesTest {
  private static final String CLAIM =
      """
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """;
  private static final String SET =
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        serviceName: db
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: db, image: "registry.invalid/db@sha256:DIGEST"}]}
        volumeClaimTemplates:
          - metadata: {name: rows}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
      """
          .replace("DIGEST", "2".repeat(64));
  private static final String MIGRATION =
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: migrate, annotations: {dev.opsagent/migration: "true"}}
      spec:
        template:
          spec:
            restartPolicy: Never
            containers: [{name: migrate, image: "registry.invalid/db@sha256:DIGEST"}]
      """
          .replace("DIGEST", "3".repeat(64));
  private static final String SETTINGS =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      """;

  @Test
  void nothingIsLostWhereStorageStaysOrGrowsAndOtherObjectsGo() {
    assertThat(
            ManifestLosses.of(
                objects(CLAIM, SET, SETTINGS),
                objects(CLAIM.replace("1Gi", "1024Mi"), SET.replace("2Gi", "3Gi"))))
        .isEmpty();
  }

  @Test
  void aClaimThatGoesIsALoss() {
    assertThat(ManifestLosses.of(objects(CLAIM, SET), objects(SET)))
        .containsExactly("PersistentVolumeClaim data goes, and its data stay unused");
  }

  @Test
  void aStatefulSetThatGoesOrIsRenamedIsALoss() {
    String renamed = SET.replace("metadata: {name: db}", "metadata: {name: database}");

    assertThat(ManifestLosses.of(objects(SET), objects(renamed)))
        .containsExactly("StatefulSet db goes; one of another name begins with empty storage");
    assertThat(ManifestLosses.of(objects(SET), List.of())).hasSize(1);
  }

  @Test
  void storageThatShrinksIsALossOfAClaimAsOfATemplate() {
    assertThat(
            ManifestLosses.of(
                objects(CLAIM, SET),
                objects(CLAIM.replace("1Gi", "512Mi"), SET.replace("2Gi", "1Gi"))))
        .containsExactly(
            "PersistentVolumeClaim data shrinks from 1073741824 to 536870912 bytes",
            "StatefulSet db: the volume rows shrinks from 2147483648 to 1073741824 bytes");
  }

  @Test
  void aVolumeOfATemplateThatIsRenamedIsALoss() {
    assertThat(ManifestLosses.of(objects(SET), objects(SET.replace("name: rows", "name: tuples"))))
        .containsExactly("StatefulSet db: the volume rows is no longer used");
  }

  @Test
  void anotherStorageClassIsALossAndOneThatIsLeftOpenIsNot() {
    String fast = CLAIM.replace("spec: {", "spec: {storageClassName: fast, ");
    String slow = fast.replace("fast", "slow");

    assertThat(ManifestLosses.of(objects(fast), objects(slow)))
        .containsExactly("PersistentVolumeClaim data gets the storage class slow, on new storage");
    assertThat(ManifestLosses.of(objects(fast), objects(CLAIM))).isEmpty();
  }

  @Test
  void aMigrationIsToldWithEachDeploymentSinceEachRunsIt() {
    String told = "Job migrate migrates data, which a rollback does not undo";

    assertThat(ManifestLosses.of(List.of(), objects(MIGRATION))).containsExactly(told);
    assertThat(ManifestLosses.of(objects(MIGRATION), objects(MIGRATION))).containsExactly(told);
    assertThat(ManifestLosses.of(objects(CLAIM), objects(MIGRATION)))
        .containsExactly("PersistentVolumeClaim data goes, and its data stay unused", told);
    assertThat(ManifestLosses.of(objects(MIGRATION), objects(SETTINGS))).isEmpty();
    assertThat(ManifestLosses.of(List.of(), objects(MIGRATION.replaceAll(", annotations.*", "}"))))
        .as("a Job that is none")
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"yes\"", "\"false\"", "\"\""})
  void aMigrationIsMarkedByOneValueOnly(String value) {
    String odd = MIGRATION.replace("\"true\"", value);

    assertThatThrownBy(() -> objects(odd))
        .isInstanceOf(InvalidMessage.class)
        .hasMessageContaining("metadata.annotations[dev.opsagent/migration] must be \"true\"");
  }

  @Test
  void onlyAJobIsAMigration() {
    String marked = "metadata: {annotations: {dev.opsagent/migration: \"true\"}, ";

    assertThatThrownBy(() -> objects(SET.replaceFirst("metadata: \\{", marked)))
        .hasMessageContaining("is for a Job only");
    String pods = MIGRATION.replace("template:\n", "template:\n    " + marked + "labels: {}}\n");
    assertThatThrownBy(() -> objects(pods))
        .hasMessageContaining(
            "spec.template.metadata.annotations[dev.opsagent/migration] is not taken");
  }

  private static List<HasMetadata> objects(String... documents) {
    return List.of(documents).stream()
        .map(it -> ManifestReader.read(it.getBytes(StandardCharsets.UTF_8), "shop"))
        .toList();
  }
}
