package dev.opsagent.tools.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.CpuStatsConfig;
import com.github.dockerjava.api.model.CpuUsageConfig;
import com.github.dockerjava.api.model.EventActor;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.MemoryStatsConfig;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.api.model.StatsConfig;
import dev.opsagent.outside.ContainerHistory;
import dev.opsagent.outside.ContainerHistory.Event;
import dev.opsagent.outside.ImageBuilder.Made;
import dev.opsagent.outside.ServiceRuntime.Usage;
import dev.opsagent.tools.docker.Engine.LocalImage;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an engine tells, in our own terms; whatever it leaves out is no. */
final class Seen {
  private static final double NANOS_PER_CPU = 1e9;

  private Seen() {}

  static Container container(InspectContainerResponse seen, String confirmed) {
    Map<String, String> labels = Optional.ofNullable(seen.getConfig().getLabels()).orElse(Map.of());
    String policy =
        Optional.ofNullable(seen.getHostConfig().getRestartPolicy())
            .map(RestartPolicy::getName)
            .orElse("");
    return new Container(
        seen.getId(),
        bare(seen.getName()),
        Labels.of(labels),
        state(seen.getState()),
        policy.equals(confirmed),
        new Container.Allowance(
            Optional.ofNullable(seen.getHostConfig().getNanoCPUs()).orElse(0L) / NANOS_PER_CPU,
            Optional.ofNullable(seen.getHostConfig().getMemory()).orElse(0L)));
  }

  private static Container.State state(ContainerState seen) {
    return new Container.State(
        Boolean.TRUE.equals(seen.getRunning()),
        Boolean.TRUE.equals(seen.getPaused()),
        Boolean.TRUE.equals(seen.getRestarting()),
        Optional.ofNullable(seen.getHealth()).map(it -> String.valueOf(it.getStatus())).orElse(""),
        Optional.ofNullable(seen.getExitCodeLong()).orElse(0L),
        Optional.ofNullable(seen.getStartedAt()).orElse(""),
        Optional.ofNullable(seen.getFinishedAt()).flatMap(ContainerHistory::instant),
        Boolean.TRUE.equals(seen.getOOMKilled()));
  }

  /** Empty when it says no time, as newer engines may. */
  static Optional<Event> event(com.github.dockerjava.api.model.Event seen) {
    String signal =
        Optional.ofNullable(seen.getActor())
            .map(EventActor::getAttributes)
            .map(it -> it.getOrDefault("signal", ""))
            .orElse("");
    return Optional.ofNullable(seen.getTime())
        .map(Instant::ofEpochSecond)
        .map(at -> new Event(at, String.valueOf(seen.getAction()), signal));
  }

  static LocalImage image(InspectImageResponse seen) {
    List<Integer> ports =
        Optional.ofNullable(seen.getConfig())
            .map(ContainerConfig::getExposedPorts)
            .map(exposed -> Arrays.stream(exposed).map(ExposedPort::getPort).distinct().toList())
            .orElse(List.of());
    return new LocalImage(
        String.valueOf(seen.getId()),
        Optional.ofNullable(seen.getRepoDigests()).orElse(List.of()),
        ports);
  }

  static Made made(InspectImageResponse seen) {
    Map<String, String> labels =
        Optional.ofNullable(seen.getConfig()).map(ContainerConfig::getLabels).orElse(Map.of());
    return new Made(
        String.valueOf(seen.getId()),
        Optional.ofNullable(seen.getSize()).orElse(Long.MAX_VALUE),
        labels,
        Optional.ofNullable(seen.getRepoTags()).orElse(List.of()),
        Optional.ofNullable(seen.getRepoDigests()).orElse(List.of()));
  }

  /** Empty when it tells no figures, as of a container that has ended. */
  static Optional<Usage> usage(Statistics seen) {
    Optional<Long> cpu =
        Optional.ofNullable(seen.getCpuStats())
            .map(CpuStatsConfig::getCpuUsage)
            .map(CpuUsageConfig::getTotalUsage);
    Optional<Long> memory =
        Optional.ofNullable(seen.getMemoryStats()).map(MemoryStatsConfig::getUsage);
    long reclaimable =
        Optional.ofNullable(seen.getMemoryStats())
            .map(MemoryStatsConfig::getStats)
            .map(StatsConfig::getInactiveFile)
            .orElse(0L);
    return cpu.flatMap(nanos ->
        memory.map(bytes -> new Usage(Duration.ofNanos(nanos), Math.max(0, bytes - reclaimable))));
  }

  /** A container's name without the slash that engines put before it. */
  static String bare(String name) {
    return name.startsWith("/") ? name.substring(1) : name;
  }
}
