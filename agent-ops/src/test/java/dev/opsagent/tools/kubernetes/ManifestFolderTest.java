package dev.opsagent.tools.kubernetes;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestFolderTest {
  private static final String IMAGE = "registry.invalid/web@sha256:" + "1".repeat(64);
  private static final String WORKLOAD =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            %s
            containers:
              - name: web
                image: IMAGE
                ports: [{containerPort: 8080}]
                resources: {limits: {cpu: 250m, memory: 64Mi}}
                %s
      """
          .replace("IMAGE", IMAGE);
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
      """;
  private static final String SETTINGS =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: web}
      data: {GREETING: "hello"}
      """;

  @TempDir Path source;

  @Test
  void theObjectsOfAllFilesComeInTheOrderInWhichTheyAreNeeded() throws Exception {
    write("k8s/a.yaml", "# what runs\n---\n" + workload("", "") + "---\n" + SERVICE);
    write("k8s/b.yml", SETTINGS);
    write("k8s/README.md", "not a manifest");

    var objects = ok(new ManifestFolder(source, "k8s").objects("shop"));

    assertThat(objects)
        .extracting(HasMetadata::getKind)
        .containsExactly("ConfigMap", "Service", "Deployment");
    assertThat(objects).allMatch(it -> it.getMetadata().getNamespace().equals("shop"));
  }

  @Test
  void aSingleFileIsReadWithoutItsNeighbours() throws Exception {
    write("k8s/a.yaml", workload("", ""));
    write("k8s/b.yaml", "nothing: that is read");

    var objects = ok(new ManifestFolder(source, "k8s/a.yaml").objects("shop"));

    assertThat(objects).hasSize(1);
    assertThat(((Deployment) objects.getFirst()).getSpec().getTemplate().getSpec().getContainers())
        .extracting(it -> it.getImage())
        .containsExactly(IMAGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hostNetwork: true                                    | spec.template.spec.hostNetwork
          hostPID: true                                        | spec.template.spec.hostPID
          serviceAccountName: admin                            | spec.template.spec.serviceAccountName
          automountServiceAccountToken: true                   | automountServiceAccountToken
          nodeName: one                                        | spec.template.spec.nodeName
          volumes: [{name: a, hostPath: {path: /}}]            | spec.template.spec.volumes[0].hostPath
          volumes: [{name: a, emptyDir: {}}, {name: b, nfs: {server: a, path: /}}] | volumes[1].nfs
          securityContext: {sysctls: [{name: a, value: b}]}    | securityContext.sysctls
          securityContext: {seccompProfile: {type: Unconfined}} | seccompProfile.type
          initContainers: [{name: a, image: "web:latest"}]     | initContainers[0].image
          nobodyKnows: true                                    | nobodyKnows
          additionalProperties: {hostNetwork: true}            | additionalProperties
          terminationGracePeriodSeconds: "5"                   | terminationGracePeriodSeconds
          """)
  void podsThatAskForMoreThanTheirOwnAreRefusedByTheField(String line, String field)
      throws Exception {
    write("web.yaml", SERVICE + "---\n" + workload(line, ""));

    assertThat(refused("web.yaml").cause())
        .startsWith("web.yaml, document 2: Deployment ")
        .contains(field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          securityContext: {privileged: true}                     | securityContext.privileged
          securityContext: {allowPrivilegeEscalation: true}       | allowPrivilegeEscalation
          securityContext: {capabilities: {add: [NET_ADMIN]}}     | capabilities.add
          volumeDevices: [{name: a, devicePath: /dev/a}]          | volumeDevices
          readinessProbe: {httpGet: {host: 10.0.0.1, port: 80}}   | readinessProbe.httpGet.host
          livenessProbe: {tcpSocket: {host: 10.0.0.1, port: 80}}  | livenessProbe.tcpSocket.host
          lifecycle: {preStop: {httpGet: {host: a, port: 80}}}    | lifecycle.preStop.httpGet.host
          """)
  void containersThatAskForRightsAreRefusedByTheField(String line, String field) throws Exception {
    write("web.yaml", workload("", line));

    assertThat(refused("web.yaml").cause())
        .contains("spec.template.spec.containers[0]")
        .contains(field);
  }

  @Test
  void aPortOfTheNodeIsRefused() throws Exception {
    write("web.yaml", workload("", "").replace("containerPort: 8080", "hostPort: 80"));

    assertThat(refused("web.yaml").cause()).contains("containers[0].ports[0].hostPort");
  }

  @Test
  void anImageThatCanBeMovedIsRefused() throws Exception {
    write("web.yaml", workload("", "").replace(IMAGE, "registry.invalid/web:1.0"));

    assertThat(refused("web.yaml").cause()).contains("containers[0].image", "by its digest");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: hunter2}",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}",
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}",
        "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}",
        "apiVersion: v1\nkind: List\nitems: []",
        "apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}"
      })
  void anyOtherKindIsRefusedAndNothingOfItIsRepeated(String document) throws Exception {
    write("other.yaml", document);

    assertThat(refused("other.yaml").cause())
        .startsWith("other.yaml, document 1: kind ")
        .contains(document.lines().skip(1).findFirst().orElseThrow().substring(6))
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {name: web, namespace: kube-system}                           | metadata.namespace
          {name: ../web}                                                | metadata.name
          {}                                                            | metadata.name
          {name: web, finalizers: [a/b]}                                | metadata.finalizers
          {name: web, annotations: {dev.opsagent/target: other}}        | dev.opsagent/target
          {name: web, labels: {app.kubernetes.io/managed-by: Helm}}     | managed-by
          {name: web, annotations: {nginx/server-snippet: "a"}}         | server-snippet
          """)
  void metadataThatReachFurtherAreRefused(String metadata, String field) throws Exception {
    write("web.yaml", SERVICE.replace("{name: web}", metadata));

    assertThat(refused("web.yaml").cause()).contains(field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          type: NodePort             | spec.type
          externalName: example.com  | spec.externalName
          externalIPs: [10.0.0.1]    | spec.externalIPs
          """)
  void aServiceThatLeadsInFromOutsideIsRefused(String line, String field) throws Exception {
    write("web.yaml", SERVICE.replace("selector:", line + ", selector:"));

    assertThat(refused("web.yaml").cause()).contains(field);
  }

  @Test
  void aClaimOfAStatefulSetIsHeldToTheSameRules() throws Exception {
    String claims =
        "serviceName: web\n  volumeClaimTemplates: [{metadata: {name: data}, spec: {VOLUME"
            + " resources: {requests: {storage: 1Gi}}}}]\n  selector:";
    String set = workload("", "").replace("Deployment", "StatefulSet").replace("selector:", claims);
    write("good.yaml", set.replace("VOLUME", ""));
    write("bad.yaml", set.replace("VOLUME", "volumeName: others,"));

    assertThat(ok(new ManifestFolder(source, "good.yaml").objects("shop"))).hasSize(1);
    assertThat(refused("bad.yaml").cause())
        .contains("spec.volumeClaimTemplates[0].spec.volumeName");
  }

  @Test
  void whatLeadsOutOfTheRepositoryIsNotRead() throws Exception {
    Path outside = Files.writeString(source.resolve("outside.yaml"), SERVICE);
    Path repository = Files.createDirectories(source.resolve("repository"));
    Files.createSymbolicLink(repository.resolve("link.yaml"), outside);

    for (String file : new String[] {"../outside.yaml", "link.yaml", "gone.yaml", "."}) {
      Failure failure = no(new ManifestFolder(repository, file).objects("shop"));
      assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    }
  }

  @Test
  void anObjectThatIsThereTwiceIsRefused() throws Exception {
    write("web.yaml", SERVICE + "---\n" + SERVICE);

    assertThat(refused("web.yaml").cause()).contains("Service web is there twice");
  }

  @Test
  void anchorsAreRefusedAndSoAreManyBytesAndAnEmptyFile() throws Exception {
    write("anchors.yaml", SERVICE.replace("{app: web}", "&a {app: web}"));
    write("large.yaml", "# " + "a".repeat(ManifestFolder.MOST_BYTES));
    write("empty.yaml", "# nothing\n---\n");

    assertThat(refused("anchors.yaml").cause()).contains("anchors");
    assertThat(refused("large.yaml").cause()).contains("bytes");
    assertThat(refused("empty.yaml").cause()).contains("no object");
  }

  private Failure refused(String file) throws IOException {
    Failure failure = no(new ManifestFolder(source, file).objects("shop"));
    assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    return failure;
  }

  private void write(String file, String text) throws IOException {
    Path path = source.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static String workload(String pod, String container) {
    return WORKLOAD.formatted(pod, container);
  }
}
