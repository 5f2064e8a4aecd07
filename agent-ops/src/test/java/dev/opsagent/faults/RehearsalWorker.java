package dev.opsagent.faults;

import dev.opsagent.OpsAgent;
import dev.opsagent.configuration.ConfigurationSources;
import dev.opsagent.configuration.ConfigurationSources.Loaded;
import dev.opsagent.configuration.Setting;
import dev.opsagent.console.Metrics;
import dev.opsagent.operations.rehearsal.RehearsalOperation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;

/** The program of a worker whose pushes happen in a {@link FileWorld}. */
final class RehearsalWorker {
  /** System property: whether the worker's operation overtakes. */
  static final String OVERTAKES = "rehearsal.overtakes";

  private RehearsalWorker() {}

  /** Takes the configuration file, the data folder and the folder of the world. */
  public static void main(String[] arguments) throws Exception {
    Path configuration = Path.of(arguments[0]);
    Path data = Path.of(arguments[1]);
    FileWorld world = new FileWorld(Path.of(arguments[2]));
    Loaded loaded =
        new ConfigurationSources(Map.of(), data, data)
            .load(Optional.of(configuration), Map.of(Setting.DATA, data.toString()));
    if (!(loaded instanceof Loaded.Valid valid)) {
      throw new IllegalArgumentException(loaded.toString());
    }
    RehearsalOperation push = new RehearsalOperation("push", FileWorld.STEPS, world);
    OpsAgent agent =
        OpsAgent.rehearse(
            valid.configuration(),
            new Metrics(),
            Map.of("push", Boolean.getBoolean(OVERTAKES) ? push.overtaking() : push));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(agent)));
    Awaitility.await().atMost(Duration.ofMinutes(3)).until(agent::ready);
    System.out.println("ready: http=" + agent.http());
    new CountDownLatch(1).await();
  }

  private static void end(OpsAgent agent) {
    agent.close();
    Runtime.getRuntime().halt(0); // a JVM would answer the signal with 128 + 15
  }
}
