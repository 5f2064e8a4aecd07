package dev.opsagent.benchmarks;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.authority.WorkspaceProof;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.WorkspaceTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The proof of a workspace of 10,000 files of which 10 have changed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class WorkspaceProofBenchmark {
  private static final int FOLDERS = 100;
  private static final int FILES = 100;
  private static final int CHANGED = 10;

  private final OwnershipMap map = OwnershipMap.standard();
  private final Path root;
  private final WorkspaceTree base;

  /** Lays the files, lets their times settle, and changes some. */
  public WorkspaceProofBenchmark() {
    try {
      root = Files.createTempDirectory("proof");
      lay();
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
      base = WorkspaceTree.read(root, InstantSource.system());
      for (int file = 0; file < CHANGED; file++) {
        Files.writeString(root.resolve("src/part" + file + "/file0.js"), "y".repeat(1000));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void lay() throws IOException {
    for (int folder = 0; folder < FOLDERS; folder++) {
      Path made = Files.createDirectories(root.resolve("src/part" + folder));
      for (int file = 0; file < FILES; file++) {
        Files.writeString(made.resolve("file" + file + ".js"), "x".repeat(1000));
      }
    }
  }

  @TearDown
  public void remove() throws IOException {
    FolderRemoval.remove(root);
  }

  @Benchmark
  public WorkspaceProof tenOfTenThousandChanged() throws IOException {
    WorkspaceTree now = base.again(InstantSource.system());
    WorkspaceProof proof = WorkspaceProof.of(map, base.changesTo(now), new NoBytes());
    if (proof.foreign().size() != CHANGED) {
      throw new IllegalStateException("the proof is wrong");
    }
    return proof;
  }

  /** Nothing that changes is shared or marked. */
  private static final class NoBytes implements WorkspaceProof.Contents {
    @Override
    public byte[] before(String path) {
      throw new IllegalStateException(path);
    }

    @Override
    public byte[] after(String path) {
      throw new IllegalStateException(path);
    }

    @Override
    public boolean committed(String path) {
      return true;
    }
  }
}
