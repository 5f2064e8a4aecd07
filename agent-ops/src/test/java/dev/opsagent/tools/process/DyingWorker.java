package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A worker that deploys and then ends without a farewell, as kill -9 would end it. */
final class DyingWorker {
  private DyingWorker() {}

  /** Arguments: data folder, target, tarball, digest, task, port. */
  public static void main(String[] args) {
    Release release =
        new Release(
            "1.0.0",
            args[3],
            args[4],
            Path.of(args[2]),
            Optional.empty(),
            List.of(),
            Optional.of(Integer.valueOf(args[5])),
            Optional.empty(),
            Optional.empty(),
            Map.of("GREETING", "hello"),
            Duration.ofSeconds(30));
    String path = System.getenv().getOrDefault("PATH", "");
    LocalPrograms programs =
        new LocalPrograms(Path.of(args[0], "scratch"), path, Redactor.of(Map.of()), "auto");
    DependencyInstaller none = (folder, timeout) -> new Answer.Ok<>(true);
    ProcessRuntime runtime =
        new ProcessRuntime(
            programs, Path.of(args[0]), none, UnaryOperator.identity(), System::nanoTime);
    boolean deployed = runtime.deploy(args[1], release) instanceof Answer.Ok<?>;
    Runtime.getRuntime().halt(deployed ? 137 : 1);
  }
}
