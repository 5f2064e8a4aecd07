package dev.opsagent;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.Secrets;
import dev.opsagent.configuration.Secrets.Source;
import dev.opsagent.outside.Environment;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.Peers;
import dev.opsagent.tools.docker.DockerLogins;
import dev.opsagent.tools.kubernetes.KubeconfigLogins;
import dev.opsagent.tools.kubernetes.KubernetesSecrets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecretValuesTest {
  private final Redactor redactor = Redactor.of(Map.of());
  @TempDir private Path folder;

  private SecretValues values(Source source) throws IOException {
    Path scratch = Files.createDirectories(folder.resolve("scratch"));
    Path empty = Files.createDirectories(folder.resolve("empty"));
    LocalPrograms programs = new LocalPrograms(scratch, Peers.searchPath(), redactor, "auto");
    KubernetesSecrets clusters = new KubernetesSecrets(_ -> Optional.empty(), Map.of());
    return new SecretValues(
        new Secrets(Map.of("it", source), Map.of()),
        redactor,
        new RemoteSecrets(programs, clusters, empty),
        this::borrowed);
  }

  private Map<String, String> borrowed() {
    Map<String, String> logins =
        new HashMap<>(new DockerLogins(Map.of("DOCKER_CONFIG", folder.toString())).passwords());
    logins.putAll(
        KubeconfigLogins.of(
            new Environment.Cluster(
                "shop",
                Optional.empty(),
                Optional.of(folder.resolve("kubeconfig").toString()),
                Optional.empty())));
    return logins;
  }

  @Test
  void loginsThatToolsFindInFilesOfTheirOwnAreHiddenToo() throws IOException {
    String pair = Base64.getEncoder().encodeToString("me:docker-password".getBytes(UTF_8));
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"auths": {"a.example.com": {"auth": "%s"},
                   "b.example.com": {"identitytoken": "docker-identity"}, "c": {}}}
        """
            .formatted(pair));
    Files.writeString(
        folder.resolve("kubeconfig"), "users: [{name: me, user: {token: cluster-token}}]\n");
    values(new Source.Env("NOT_SET")).reread();
    assertThat(redactor.text("docker-password docker-identity cluster-token"))
        .isEqualTo("[secret] [secret] [secret]");
  }

  private static Source command(List<Path> reads, String... arguments) {
    return new Source.Command(List.of(arguments), reads, Optional.empty());
  }

  @Test
  void aValueIsHiddenFromTheMomentInWhichItIsReadAndAlsoAfterItWasReplaced() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "the-first-token\n");
    SecretValues values = values(new Source.File(file));
    assertThat(ok(values.resolve("it"))).isEqualTo("the-first-token");
    assertThat(redactor.text("the-first-token")).isEqualTo("[secret]");

    Files.writeString(file, "the-second-token");
    values.reread();
    assertThat(redactor.text("the-first-token, the-second-token")).isEqualTo("[secret], [secret]");
  }

  @Test
  void aProgramSeesWhatItIsGivenToReadAndNothingElse() throws IOException {
    Peers.require("bwrap", "install bubblewrap");
    Path file = Files.writeString(folder.resolve("vault"), "printed-by-a-program\n");
    assertThat(ok(values(command(List.of(file), "cat", file.toString())).resolve("it")))
        .isEqualTo("printed-by-a-program");
    assertThat(redactor.text("it is printed-by-a-program")).isEqualTo("it is [secret]");

    var refused = no(values(command(List.of(), "cat", file.toString())).resolve("it"));
    assertThat(refused.action()).isEqualTo("read the secret it from a command");
    assertThat(refused.cause()).isEqualTo("run cat: it ended with exit code 1");
  }

  @Test
  void aProgramThatIsMissingAndAClusterThatNobodyDeclaredAreTold() throws IOException {
    assertThat(no(values(command(List.of(), "no-such-program")).resolve("it")).code())
        .isEqualTo(ReasonCode.TOOL_MISSING);
    Source cluster = new Source.Kubernetes("production", "shop", "password");
    assertThat(no(values(cluster).resolve("it")).sentence())
        .startsWith("could not read the secret it from a Kubernetes secret: reach the cluster: ");
  }

  @Test
  void aSourceTellsWhereASecretIsAndNeverWhatItIs() {
    Source source =
        new Source.Command(
            List.of("vault", "get"), List.of(), Optional.of(URI.create("https://vault/")));
    Secrets secrets = new Secrets(Map.of("it", source), Map.of("IT", "value"));
    assertThat(secrets).hasToString("Secrets[it]");
  }
}
