package dev.opsagent.tools.docker;

import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Finds the engine that the worker's environment names, else the one of this machine. */
final class DockerDoor implements Engine.Door {
  private static final String USUAL = "unix:///var/run/docker.sock";
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** Longer than a container may take to end by itself. */
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final Map<String, String> environment;

  DockerDoor(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Answer<Engine> open() {
    return session(ANSWER).then(session -> new DockerEngine(session.client()).answering());
  }

  /**
   * Opens a connection, which has not been tried yet.
   *
   * @param silence the longest that the engine may say nothing
   */
  Answer<Session> session(Duration silence) {
    try {
      DockerClientConfig settings = settings();
      DockerHttpClient http =
          new ZerodepDockerHttpClient.Builder()
              .dockerHost(settings.getDockerHost())
              .sslConfig(settings.getSSLConfig())
              .connectionTimeout(CONNECT)
              .responseTimeout(silence)
              .build();
      return new Answer.Ok<>(
          new Session(DockerClientImpl.getInstance(settings, http), http, settings));
    } catch (IllegalArgumentException | DockerClientException e) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.CONFIGURATION,
              "reach the Docker engine",
              "the worker's environment does not lead to one: " + e.getMessage(),
              "correct DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH"));
    }
  }

  /** From the given environment alone: no file and no context leads elsewhere. */
  private DockerClientConfig settings() {
    Properties properties = new Properties();
    properties.setProperty("DOCKER_HOST", USUAL);
    properties.setProperty("DOCKER_CONTEXT", "default");
    properties.setProperty("DOCKER_CONFIG", environment.getOrDefault("HOME", "") + "/.docker");
    for (String name :
        List.of("DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG")) {
      Optional.ofNullable(environment.get(name))
          .filter(value -> !value.isBlank())
          .ifPresent(value -> properties.setProperty(name, value.strip()));
    }
    return new DefaultDockerClientConfig.Builder().withProperties(properties).build();
  }
}
