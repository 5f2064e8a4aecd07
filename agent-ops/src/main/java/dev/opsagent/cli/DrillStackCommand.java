package dev.opsagent.cli;

import dev.opsagent.bench.BenchFailed;
import dev.opsagent.bench.ComposeProject;
import dev.opsagent.cli.drill.DrilledStack;
import dev.opsagent.cli.drill.StackResult;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "stack",
    description = "Starts the stack of docker-compose.yml, kills a worker of three, upgrades all.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Builds the worker's image, starts the whole stack as a project of its own, makes repositories",
      "in it, and dispatches one release from outside. Then there are three workers: while they",
      "release, one is killed; while they release again, each is replaced by one of a new image.",
      "At the end the reports, the registry and the tags are held against what was sent, and the",
      "stack is removed with its volumes.",
      "",
      "Succeeds when every task succeeded, and every release was made once and in its turn.",
      "",
      "Examples:",
      "  ops-agent drill stack",
      "  ops-agent drill stack --tasks 60 --json"
    })
final class DrillStackCommand implements Callable<Integer> {
  private static final int MOST = 600;

  private final Surroundings around;

  @Mixin private OutputOptions output;

  @Option(
      names = "--tasks",
      paramLabel = "N",
      defaultValue = "36",
      description = "Releases to dispatch while workers come and go (36).")
  private int tasks;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      defaultValue = "docker-compose.yml",
      description = "The compose file (docker-compose.yml).")
  private Path file;

  DrillStackCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (tasks < 2 || tasks > MOST) {
      throw CommandFailed.usage(
          "drill", "--tasks is not between 2 and " + MOST, "give a number between");
    }
    Path compose = around.directory().resolve(file);
    if (!Files.isRegularFile(compose)) {
      throw CommandFailed.usage(
          "drill", file + " is not there", "call it from the checkout, or name it with --file");
    }
    try {
      Path folder = Files.createTempDirectory("ops-agent-stack-").toRealPath();
      try {
        return drill(compose, folder);
      } finally {
        FolderRemoval.remove(folder);
      }
    } catch (IOException | BenchFailed failed) {
      throw new CommandFailed(
          ExitCode.FAILED,
          Failure.of(
              ReasonCode.PRECONDITION_FAILED,
              "carry the drill out",
              String.valueOf(failed.getMessage()),
              "see that a Docker engine with Compose runs: docker compose version"));
    }
  }

  private int drill(Path compose, Path folder) throws IOException, InterruptedException {
    String name = "ops-agent-drill-" + ProcessHandle.current().pid();
    DrilledStack stack =
        new DrilledStack(new ComposeProject(compose, name, folder, around.environment()), name);
    Interruption.Armed armed = Interruption.arm(() -> remove(stack), around.err());
    try {
      StackResult result =
          new StackDrill(around, stack, name).run(tasks, folder.resolve("operator.jwk"));
      new Printer(around, output.format()).last(result, () -> lines(result));
      return (result.passed() ? ExitCode.SUCCEEDED : ExitCode.FAILED).code();
    } catch (CommandFailed failed) {
      around.err().println(stack.logs());
      throw failed;
    } finally {
      armed.disarm();
      remove(stack);
    }
  }

  private void remove(DrilledStack stack) {
    try {
      stack.remove();
    } catch (IOException | BenchFailed failed) {
      around.err().println("• could not remove the stack: " + failed.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> lines(StackResult result) {
    return List.of(
        "%d tasks sent, %d succeeded, %d lost"
            .formatted(result.sent(), result.succeeded(), result.lost()),
        "%d effects repeated, %d out of turn".formatted(result.repeated(), result.reordered()),
        "%d workers: one killed, its targets served again after %.1f s; all replaced in %.1f s"
            .formatted(result.workers(), result.takeoverSeconds(), result.upgradeSeconds()));
  }
}
