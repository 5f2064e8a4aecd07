package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Detached;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The front as a worker uses it: started when it is needed, and told by files. */
final class Front {
  private static final Duration IN_FORCE = Duration.ofSeconds(20);
  private static final long LOOK_MILLIS = 10;

  private final FrontFolder folder;
  private final Programs programs;
  private final LongSupplier nanoTime;
  private final ReentrantLock change = new ReentrantLock();

  Front(Path folder, Programs programs, LongSupplier nanoTime) {
    this.folder = new FrontFolder(folder);
    this.programs = programs;
    this.nanoTime = nanoTime;
  }

  /** The target's route as it should be; whether it is in force, nobody has looked. */
  Optional<Route> known(String target) throws IOException {
    return folder.routes().find(target);
  }

  /**
   * Sees that the target's route is in force, if it is open: a front that should serve it and has
   * ended is started again.
   */
  Answer<Boolean> serve(String target) throws IOException, InterruptedException {
    Optional<Route> route = known(target).filter(Route::isOpen);
    return route.isEmpty() || isInForce(target)
        ? new Answer.Ok<>(true)
        : put(route.get()); // what a front before has said counts no more
  }

  private boolean isInForce(String target) throws IOException {
    long revision = folder.routes().revision();
    return folder.isServed()
        && folder
            .applied()
            .filter(it -> it.revision() >= revision && !it.refused().containsKey(target))
            .isPresent();
  }

  /** A port for a release that no other one has, even while it does not run. */
  int freePort() throws IOException {
    Set<Integer> taken =
        folder.routes().routes().stream()
            .flatMap(route -> route.ports().stream())
            .collect(Collectors.toSet());
    int port = LocalPorts.free();
    while (taken.contains(port)) {
      port = LocalPorts.free();
    }
    return port;
  }

  /** Brings a route in force, instead of the target's one before; else that one stands. */
  Answer<Boolean> put(Route route) throws IOException, InterruptedException {
    change.lockInterruptibly();
    try {
      Routes before = folder.routes();
      Routes routes = before.with(route);
      folder.write(routes);
      Answer<Boolean> answer = inForce(routes, route.target());
      if (answer instanceof Answer.No<Boolean>) {
        folder.write(routes.back(before, route.target()));
      }
      return answer;
    } finally {
      change.unlock();
    }
  }

  /** Forgets a target that never had a release, or has none any more. */
  Answer<Boolean> remove(String target) throws IOException, InterruptedException {
    change.lockInterruptibly();
    try {
      if (folder.routes().find(target).isEmpty()) {
        return new Answer.Ok<>(false);
      }
      Routes routes = folder.routes().without(target);
      folder.write(routes);
      return inForce(routes, target);
    } finally {
      change.unlock();
    }
  }

  /** Waits until the front says so, or is gone as it should; starts it when none runs. */
  private Answer<Boolean> inForce(Routes routes, String target)
      throws IOException, InterruptedException {
    long end = nanoTime.getAsLong() + IN_FORCE.toNanos();
    Optional<Process> started = Optional.empty();
    while (end - nanoTime.getAsLong() > 0) {
      boolean served = folder.isServed();
      if (!served && !routes.anyOpen()) {
        return new Answer.Ok<>(true);
      }
      Optional<Applied> applied =
          served && routes.anyOpen()
              ? folder.applied().filter(it -> it.revision() >= routes.revision())
              : Optional.empty();
      if (applied.isPresent()) {
        return verdict(applied.get(), target);
      }
      if (!served && started.filter(Process::isAlive).isEmpty()) {
        switch (programs.start(program())) {
          case Answer.No<Process> no -> {
            return new Answer.No<>(no.failure());
          }
          case Answer.Ok<Process> ok -> started = Optional.of(ok.value());
        }
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return failed(target, "it did not answer within " + IN_FORCE.toSeconds() + " s");
  }

  private Answer<Boolean> verdict(Applied applied, String target) {
    return Optional.ofNullable(applied.refused().get(target))
        .map(why -> failed(target, why))
        .orElse(new Answer.Ok<>(true));
  }

  private static Answer<Boolean> failed(String target, String cause) {
    return new Answer.No<>(
        Failure.passing(
            ReasonCode.TOOL_FAILED,
            "have the front answer for " + target,
            cause,
            "see front/front.log in the worker's data folder, and what listens on the port"));
  }

  private Detached program() throws IOException {
    Path place = folder.path();
    Path temporary = Files.createDirectories(place.resolve("tmp"));
    Path java = Path.of(System.getProperty("java.home"));
    List<Path> classes = classes();
    String path = classes.stream().map(Path::toString).collect(Collectors.joining(":"));
    List<String> arguments =
        List.of(
            java.resolve("bin/java").toString(),
            "-Xmx128m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            // What the caller calls the service is the service's to know.
            "-Djdk.httpclient.allowRestrictedHeaders=host",
            // Sooner than services do: a request must not go into a connection that just ends.
            "-Djdk.httpclient.keepalive.timeout=3",
            "-Dsun.net.httpserver.nodelay=true",
            // Later than callers do, and however many they keep, for the same reason.
            "-Dsun.net.httpserver.idleInterval=75",
            "-Dsun.net.httpserver.maxIdleConnections=10000",
            "-cp",
            path,
            FrontMain.class.getName(),
            place.toString());
    List<Path> readable = new ArrayList<>(classes);
    readable.add(java);
    Grants grants =
        Grants.NONE
            .writing(place)
            .reading(readable.toArray(Path[]::new))
            .in(new Grants.Network.Open());
    return new Detached(arguments, place, Map.of(), temporary, place.resolve("front.log"), grants);
  }

  /** Where the classes lie that the front needs: one jar, or those of a checkout. */
  private static List<Path> classes() throws IOException {
    List<Path> places = new ArrayList<>();
    for (Class<?> one :
        Stream.of(
                FrontMain.class,
                dev.opsagent.protocol.Json.class,
                com.fasterxml.jackson.annotation.JsonInclude.class,
                tools.jackson.core.JsonParser.class,
                tools.jackson.databind.json.JsonMapper.class)
            .toList()) {
      Path place = place(one);
      if (!places.contains(place)) {
        places.add(place);
      }
    }
    return places;
  }

  private static Path place(Class<?> one) throws IOException {
    try {
      return Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI()).toRealPath();
    } catch (URISyntaxException e) {
      throw new IOException("the agent's own jar has no usable address", e);
    }
  }
}
