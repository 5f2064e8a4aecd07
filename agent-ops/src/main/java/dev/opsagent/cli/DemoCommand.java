package dev.opsagent.cli;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description =
        "Releases a sample service on this machine, from the task to the running service.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Starts a Kafka broker, a worker, a bare git remote and a local npm registry, and hands the",
      "worker a push task as a PM agent would. Without npm nothing is published.",
      "",
      "Examples:",
      "  ops-agent demo",
      "  ops-agent demo --production --json",
      "  ops-agent demo --keep --folder ./demo"
    })
final class DemoCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private OutputOptions output;

  @Option(names = "--keep", description = "Leave everything running until it is interrupted.")
  private boolean keep;

  @Option(
      names = "--production",
      description = "Show a deployment to production: evidence, a second person's approval, why.")
  private boolean production;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "Work in this new folder and leave it there (default: a temporary one).")
  private @Nullable Path folder;

  DemoCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    Path place = place();
    boolean leave = folder != null;
    LocalStage stage = new LocalStage(around, place);
    Interruption.Armed armed = Interruption.arm(() -> stage.close(leave), around.err());
    try {
      ExitCode code =
          production
              ? new ProductionDemo(around, output.format(), stage).run()
              : new Demo(around, output.format(), keep, stage).run();
      if (keep && code == ExitCode.SUCCEEDED) {
        around.err().println("everything keeps running; end it with Ctrl-C");
        armed.await();
      }
      return code.code();
    } catch (IOException failed) {
      throw new CommandFailed(
          ExitCode.FAILED,
          Failure.of(
              ReasonCode.INTERNAL,
              "set the demo up in " + place,
              String.valueOf(failed.getMessage()),
              "see what is installed: ops-agent doctor"));
    } finally {
      armed.disarm();
      stage.close(leave);
    }
  }

  private Path place() {
    try {
      if (folder == null) {
        return Files.createTempDirectory("ops-agent-demo-").toRealPath();
      }
      Path place = around.directory().resolve(folder);
      if (Optional.ofNullable(place.toFile().list()).filter(it -> it.length > 0).isPresent()) {
        throw CommandFailed.usage(
            "work in " + folder, "the folder is not empty", "name a new folder");
      }
      return Files.createDirectories(place).toRealPath();
    } catch (IOException unusable) {
      String cause = String.valueOf(unusable.getMessage());
      throw CommandFailed.usage("make the demo's folder", cause, "name another --folder");
    }
  }
}
