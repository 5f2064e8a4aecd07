package dev.opsagent.sandbox;

import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Grants;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.sandbox.Kernel.Architecture;
import dev.opsagent.sandbox.Wall.Launch;
import dev.opsagent.sandbox.Wall.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds the strongest wall that this machine has, by starting a program behind each. */
final class Walls {
  private static final long PATIENCE_SECONDS = 20;

  private final SearchPath search;
  private final Path scratch;
  private final List<String> missing = new ArrayList<>();

  /**
   * @param scratch folder for the attempts; made when it is not there
   */
  Walls(SearchPath search, Path scratch) {
    this.search = search;
    this.scratch = scratch;
  }

  /**
   * @param wanted a level's title, or {@code auto}
   * @return the wall; one behind which nothing starts where there is none of that level
   */
  Wall choose(String wanted) {
    return switch (wanted) {
      case "none" -> new OpenWall(search);
      case "landlock" -> landlock().orElseGet(this::none);
      case "bubblewrap" -> bubblewrap().orElseGet(this::none);
      case "auto" ->
          bubblewrap()
              .or(this::landlock)
              .map(wall -> (Wall) new Chosen(wall, missing))
              .orElseGet(this::none);
      default -> throw new IllegalArgumentException("there is no wall of that name");
    };
  }

  private Optional<Wall> bubblewrap() {
    Optional<Path> program = search.find("bwrap");
    Optional<Architecture> architecture = Architecture.here();
    if (architecture.isEmpty()) {
      missing.add("this is no Linux on x86_64 or aarch64");
      return Optional.empty();
    }
    if (program.isEmpty()) {
      missing.add("bubblewrap is not installed");
      return Optional.empty();
    }
    return holds("bubblewrap", new BubblewrapWall(program.get(), architecture.get(), false))
        .or(() -> holds("bubblewrap", new BubblewrapWall(program.get(), architecture.get(), true)));
  }

  private Optional<Wall> landlock() {
    if (Landlock.version() < 1) {
      missing.add("the kernel offers no Landlock");
      return Optional.empty();
    }
    return holds("Landlock", new LandlockWall(Architecture.here().orElseThrow()));
  }

  private Wall none() {
    return new NoWall(missing);
  }

  private Optional<Wall> holds(String name, Wall wall) {
    Optional<Path> program = search.find("true");
    if (program.isEmpty()) {
      missing.add("there is no program to try " + name + " with");
      return Optional.empty();
    }
    try {
      Files.createDirectories(scratch);
      Path folder = Files.createTempDirectory(scratch, "wall-");
      try {
        return tried(name, wall, program.get(), folder);
      } finally {
        FolderRemoval.remove(folder);
      }
    } catch (IOException | LinkageError e) {
      missing.add(name + " cannot be used: " + e.getMessage());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      missing.add(name + " was not tried to its end");
      return Optional.empty();
    }
  }

  private Optional<Wall> tried(String name, Wall wall, Path program, Path folder)
      throws IOException, InterruptedException {
    Launch launch =
        new Launch(
            program,
            List.of(),
            folder,
            Map.of("PATH", search.toString()),
            search.folders(),
            folder,
            folder,
            Grants.NONE.writing(folder),
            Optional.empty());
    Running running = wall.start(launch);
    boolean ended = running.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (ended && running.process().exitValue() == 0) {
      return Optional.of(wall);
    }
    running.process().destroyForcibly();
    missing.add(name + " does not start a program here" + said(running.process()));
    return Optional.empty();
  }

  private static String said(Process process) throws IOException {
    String words =
        new String(
            process.getErrorStream().readNBytes(300), java.nio.charset.StandardCharsets.UTF_8);
    String line = words.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.isEmpty() ? "" : ": " + line;
  }

  /** A wall, and why it is not a stronger one. */
  private record Chosen(Wall wall, List<String> missing) implements Wall {
    @Override
    public WallLevel.Report report() {
      WallLevel.Report report = wall.report();
      return new WallLevel.Report(report.level(), report.notCovered(), missing);
    }

    @Override
    public Running start(Launch launch) throws IOException {
      return wall.start(launch);
    }
  }

  /** Nothing starts behind it. */
  private record NoWall(List<String> missing) implements Wall {
    @Override
    public WallLevel.Report report() {
      return new WallLevel.Report(WallLevel.NONE, List.of(), missing);
    }

    @Override
    public Optional<Failure> fault() {
      return Optional.of(
          Failure.of(
              ReasonCode.SANDBOX_UNAVAILABLE,
              "put a wall around programs",
              String.join("; ", missing),
              "install bubblewrap, or use a kernel with Landlock; for the environment local alone"
                  + " the operator may set sandbox.level to none"));
    }

    @Override
    public Running start(Launch launch) throws IOException {
      throw new IOException("there is no wall to start it behind");
    }
  }
}
