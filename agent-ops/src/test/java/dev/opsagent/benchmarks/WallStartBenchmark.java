package dev.opsagent.benchmarks;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A trivial program from its start to its end, behind each wall and behind none. */
@State(Scope.Benchmark)
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class WallStartBenchmark {
  @Param({"none", "landlock", "bubblewrap"})
  public String level = "none";

  private Path folder = Path.of("");
  private Path workspace = Path.of("");
  private LocalPrograms programs =
      new LocalPrograms(folder, "/usr/bin", Redactor.of(Map.of()), "none");

  @Setup
  public void prepare() {
    try {
      folder = Files.createTempDirectory("wall");
      workspace = Files.createDirectory(folder.resolve("workspace"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    programs =
        new LocalPrograms(folder.resolve("scratch"), "/usr/bin:/bin", Redactor.of(Map.of()), level);
  }

  @TearDown
  public void remove() throws IOException {
    FolderRemoval.remove(folder);
  }

  @Benchmark
  public Object aProgramThatDoesNothing() {
    Command command =
        new Command(
            List.of("true"),
            workspace,
            Map.of(),
            Duration.ofSeconds(10),
            Grants.NONE.writing(workspace));
    if (programs.run(command) instanceof Answer.Ok<?>(Object finished)) {
      return finished;
    }
    throw new IllegalStateException("nothing is started behind " + level);
  }
}
