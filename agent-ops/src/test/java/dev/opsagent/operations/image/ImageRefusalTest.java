package dev.opsagent.operations.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.operations.SecretNames;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.RepositoryRef;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

final class ImageRefusalTest {
  private boolean local = true;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{image: shop, tag: '1.4.0'}",
        "{image: 'registry.example.com:5000/team/shop', tag: '1', push: true}",
        "{image: 'localhost/shop', tag: latest, push: true, timeout: PT1H}",
        "{image: shop, tag: '1', context: services/shop, dockerfile: docker/Dockerfile}",
        "{image: shop, tag: '1', args: {VERSION: '1', NODE_ENV: production, AUTHOR: me}}"
      })
  void aSoundTaskIsAccepted(String parameters) {
    assertThat(refusal(parameters)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{image: 'shop:1', tag: '1'};parameters.image",
        "{image: Shop, tag: '1'};parameters.image",
        "{image: 'a//b', tag: '1'};parameters.image",
        "{image: shop, tag: '.1'};parameters.tag",
        "{image: team/shop, tag: '1', push: true};begin with its registry",
        "{image: shop, tag: '1', context: '../x'};parameters.context",
        "{image: shop, tag: '1', context: '/etc'};parameters.context",
        "{image: shop, tag: '1', dockerfile: 'a/../b'};parameters.dockerfile",
        "{image: shop, tag: '1', timeout: PT61M};parameters.timeout",
        "{image: shop, tag: '1', timeout: PT0S};parameters.timeout"
      })
  void anUnsoundTaskIsToldItsField(String parameters, String told) {
    assertThat(refusal(parameters)).contains(told);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NPM_TOKEN",
        "password",
        "dbPassword",
        "AWS_SECRET_ACCESS_KEY",
        "API_KEY",
        "GH_PAT",
        "REGISTRY_AUTH"
      })
  void anArgumentThatIsNamedLikeASecretIsRefusedWithAnotherWay(String name) {
    String refusal = refusal("{image: shop, tag: '1', args: {" + name + ": abc}}");
    assertThat(refusal)
        .contains("parameters.args." + name)
        .contains("fetch what needs a login before the build")
        .doesNotContain("abc");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ghp_0123456789abcdefghij",
        "AKIAABCDEFGHIJKLMNOP",
        "-----BEGIN RSA PRIVATE KEY-----",
        "https://user:pass@host/x"
      })
  void anArgumentThatLooksLikeASecretIsRefusedUnderAnyName(String value) {
    String refusal = refusal("{image: shop, tag: '1', args: {X: '" + value + "'}}");
    assertThat(refusal).contains("parameters.args.X").doesNotContain(value);
  }

  @Test
  void latestIsForLocalEnvironmentsOnly() {
    assertThat(refusal("{image: shop, tag: latest}")).isEmpty();
    local = false;
    assertThat(refusal("{image: shop, tag: latest}")).contains("parameters.tag");
  }

  @Test
  void aTaskWithoutARepositoryIsRefused() {
    assertThat(refusal("{image: shop, tag: '1'}", Optional.empty()))
        .contains("repository is missing");
  }

  @ParameterizedTest
  @CsvSource({
    ".env, true",
    "a/.env.production, true",
    ".env.example, false",
    "prod.env, true",
    "certs/Server.KEY, true",
    ".npmrc, true",
    ".ssh/config, true",
    ".docker/config.json, true",
    "config.json, false",
    "src/keys.js, false",
    "secrets.yaml, true",
    "monkey, false"
  })
  void aFileIsJudgedByItsName(String path, boolean secret) {
    assertThat(SecretNames.isFile(path)).isEqualTo(secret);
  }

  private String refusal(String parameters) {
    return refusal(
        parameters,
        Optional.of(
            new RepositoryRef(
                "https://git.example.com/shop.git", Optional.empty(), Optional.empty())));
  }

  private String refusal(String parameters, Optional<RepositoryRef> repository) {
    TaskDispatch task =
        new TaskDispatch(
            "t1",
            "image.build",
            new Target("local", "shop"),
            repository,
            (ObjectNode) Json.readYamlTree(parameters.getBytes(StandardCharsets.UTF_8)),
            Requirements.NONE,
            List.of(),
            "pm",
            false,
            Optional.empty());
    return new ImageRefusal(_ -> local).of(task).map(Failure::sentence).orElse("");
  }
}
