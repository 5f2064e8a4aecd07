package dev.opsagent.tools.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ComposePolicyTest {
  private final ComposePolicy policy = new ComposePolicy(Path.of("/release"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "privileged: true",
        "network_mode: host",
        "network_mode: 'container:other'",
        "pid: host",
        "ipc: host",
        "userns_mode: host",
        "cap_add: [SYS_ADMIN]",
        "security_opt: ['seccomp:unconfined']",
        "devices: ['/dev/sda:/dev/sda']",
        "volumes_from: [other]",
        "volumes: ['/var/run/docker.sock:/var/run/docker.sock']",
        "volumes: ['/release/../etc:/etc']",
        "volumes: ['../secrets:/s']",
        "volumes: ['~/.ssh:/s']",
        "volumes: [{type: bind, source: /, target: /host}]",
        "volumes: [{type: npipe, source: x, target: /y}]",
        "build: ..",
        "build: {context: /etc}",
        "build: {context: 'https://example.org/x.git'}",
        "build: {context: ., network: host}",
        "build: {context: ., additional_contexts: {x: /etc}}",
        "build: {context: ., dockerfile: /etc/passwd}",
        "build: {context: /release/app, dockerfile: ../../Dockerfile}",
        "gpus: all",
        "provider: {type: /bin/sh}",
        "use_api_socket: true",
        "cgroup_parent: /",
        "credential_spec: {file: /etc/passwd}",
        "post_start: [{command: [id], privileged: true}]",
        "pre_stop: [{command: [id], privileged: true}]",
        "volumes: ['/release/www:/www', '/release/www/link:/host']",
        "volumes: [{type: bind, source: /release, target: /a},"
            + " {type: bind, source: /release/x, target: /b, read_only: true}]"
      })
  void whatGivesAContainerTheHostIsRefused(String setting) {
    assertThat(policy.fault(read("services: {web: {" + setting + "}}"))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image: x",
        "build: {context: /release/app}",
        "build: {context: /release/app, dockerfile: ../Dockerfile}",
        "use_api_socket: false",
        "post_start: [{command: [id]}]",
        "volumes: ['/release/www:/www:ro', '/release/www/in:/in']",
        "volumes: ['/release/www:/www', '/release/www:/same']",
        "volumes: ['data:/data', '/release/www:/www', '/anonymous']",
        "volumes: [{type: bind, source: /release/www, target: /www}]",
        "volumes: [{type: volume, source: data, target: /data}, {type: tmpfs, target: /tmp}]",
        "network_mode: none",
        "cap_drop: [ALL]",
        "ports: ['127.0.0.1:80:80']"
      })
  void whatStaysInsideIsAllowed(String setting) {
    assertThat(policy.fault(read("services: {web: {" + setting + "}}"))).isEmpty();
  }

  @Test
  void volumesAndSecretsThatReachTheHostAreRefused() {
    String volume = "volumes: {d: {driver_opts: {type: none, o: bind, device: /etc}}}";

    assertThat(policy.fault(read(volume))).isPresent();
    assertThat(policy.fault(read("secrets: {s: {file: /etc/shadow}}"))).isPresent();
    assertThat(policy.fault(read("configs: {c: {file: /release/c.conf}}"))).isEmpty();
    String written = "services: {a: {volumes: ['./www:/www']}}, configs: {c: {file: ./www/c}}";
    assertThat(policy.fault(read("{" + written + "}")).orElseThrow())
        .isEqualTo("c mounts what lies in a folder that service a may write to");
  }

  private static JsonNode read(String yaml) {
    return Json.readYamlTree(yaml.getBytes(StandardCharsets.UTF_8));
  }
}
