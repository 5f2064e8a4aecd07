package dev.opsagent.operations.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.EnvironmentsFile;
import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.GitProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

final class PushRefusalTest {
  @TempDir Path folder;

  private static final String HTTPS = "https://git.example/x.git";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'bump':'patch'}",
        "{'bump':'1.2.3-rc.1','publish':{'tag':'next','access':'public'}}",
        "{'bump':'auto','deploy':{'kind':'process','port':8080},'openBrowser':true}",
        "{'bump':'auto','deploy':{'kind':'process'},'health':{'tcp':{'port':1}}}",
      })
  void aReasonablePushIsAccepted(String parameters) {
    assertThat(refused("local", HTTPS, parameters)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "parameters.bump|{\"bump\":\"huge\"}",
        "parameters.bump|{\"bump\":\"1.0.0+a\"}",
        "surprise|{\"bump\":\"patch\",\"surprise\":1}",
        "parameters.publish.registry|{\"bump\":\"patch\",\"publish\":{\"registry\":\"other\"}}",
        "parameters.publish.tag|{\"bump\":\"patch\",\"publish\":{\"tag\":\"v1\"}}",
        "parameters.publish.tag|{\"bump\":\"patch\",\"publish\":{\"tag\":\"-x\"}}",
        "parameters.deploy.kind|{\"bump\":\"patch\",\"deploy\":{\"kind\":\"compose\"}}",
        "parameters.deploy|{\"bump\":\"patch\",\"deploy\":{\"kind\":\"process\",\"file\":\"x\"}}",
        "parameters.health|{\"bump\":\"patch\",\"deploy\":{\"kind\":\"process\"}}",
        "parameters.health|{\"bump\":\"patch\",\"health\":{\"tcp\":{}}}",
        "parameters.health.http.path|{\"bump\":\"patch\",\"deploy\":{\"kind\":\"process\",\"port\":1},\"health\":{\"http\":{\"path\":\"//x\"}}}",
        "parameters.health.metrics|{\"bump\":\"patch\",\"deploy\":{\"kind\":\"process\",\"port\":1},\"health\":{\"metrics\":[{\"name\":\"up\",\"query\":\"up\",\"min\":1}]}}",
        "parameters.openBrowser|{\"bump\":\"patch\",\"openBrowser\":true}",
      })
  void whatCannotBeDoneIsRefusedNamingTheField(String field, String parameters) {
    assertThat(refused("local", HTTPS, parameters))
        .hasValueSatisfying(failure -> assertThat(failure.cause()).contains(field));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user:secret@git.example/x.git",
        "https://secret@git.example/x.git",
        "ssh://git:secret@git.example/x.git",
        "ext::sh -c touch% /x",
        "--upload-pack=x",
        "git://git.example/x",
        "ssh://-oProxyCommand=x/y",
        "git@host:-x",
        "relative/folder",
      })
  void aRepositoryThatNamesAProgramOrCarriesAPasswordIsRefusedWithoutRepeatingIt(String url) {
    assertThat(refused("local", url, "{'bump':'patch'}"))
        .hasValueSatisfying(failure ->
            assertThat(failure.sentence())
                .contains("repository.url")
                .doesNotContain(url, "secret"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HTTPS,
        "http://127.0.0.1:8080/x.git",
        "ssh://git@git.example:22/x.git",
        "git@git.example:a/b",
        "/srv/x.git",
        "file:///srv/x.git"
      })
  void aPlaceIsAccepted(String url) {
    assertThat(refused("local", url, "{'bump':'patch'}")).isEmpty();
  }

  @Test
  void aPlaceOnThisMachineIsForTheLocalEnvironmentOnly() {
    assertThat(refused("production", "/srv/x.git", "{'bump':'patch'}")).isPresent();
    assertThat(refused("production", HTTPS, "{'bump':'patch'}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "runtime: docker|is process, which declared does not allow",
        "runtime: process, strategies: [blue-green]|takes the place of what runs by recreate",
        "runtime: process, prometheus: 'http://127.0.0.1:9090', verification: {metrics: [{name: up, query: up, min: 1}]}|is not verified by metrics",
      })
  void whatTheEnvironmentDoesNotAllowIsRefused(String declared, String why) {
    String deploying = "{'bump':'patch','deploy':{'kind':'process','port':1}}";
    Optional<Environment> environment = Optional.of(declared(declared));

    assertThat(refused(environment, deploying))
        .hasValueSatisfying(failure -> assertThat(failure.cause()).contains(why));
    assertThat(refused(environment, "{'bump':'patch'}")).isEmpty();
  }

  @Test
  void howADeploymentIsVerifiedMayBeSaidByTheEnvironmentAlone() {
    Environment declared = declared("runtime: process, verification: {tcp: {port: 8080}}");
    assertThat(refused(Optional.of(declared), "{'bump':'patch','deploy':{'kind':'process'}}"))
        .isEmpty();
  }

  private Environment declared(String fields) {
    GitProgram.write(
        folder.resolve("environments.yaml"),
        "{version: 1, environments: [{name: declared, kind: dev, %s}]}".formatted(fields));
    var loaded = EnvironmentsFile.load(folder.resolve("environments.yaml"));
    assertThat(loaded).isInstanceOf(Loaded.Sound.class);
    return ((Loaded.Sound<Environments>) loaded).value().all().getFirst();
  }

  private static Optional<Failure> refused(String environment, String url, String parameters) {
    return refused(environment, url, parameters, Optional.empty());
  }

  private static Optional<Failure> refused(Optional<Environment> declared, String parameters) {
    return refused("declared", HTTPS, parameters, declared);
  }

  private static Optional<Failure> refused(
      String environment, String url, String parameters, Optional<Environment> declared) {
    var task =
        new TaskDispatch(
            "task-1",
            "push",
            new Target(environment, "sample"),
            Optional.of(new RepositoryRef(url, Optional.empty(), Optional.empty())),
            (ObjectNode) Json.readTree(parameters.replace('\'', '"').getBytes(UTF_8)),
            Requirements.NONE,
            List.of(),
            "pm",
            false,
            Optional.empty());
    return new PushRefusal(Set.of("npm"), Set.of("process"), declared).of(task);
  }
}
