package dev.opsagent.tools.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

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

  private static List<HasMetadata> objects(String... documents) {
    return List.of(documents).stream()
        .map(it -> ManifestReader.read(it.getBytes(StandardCharsets.UTF_8), "shop"))
        .toList();
  }
}
