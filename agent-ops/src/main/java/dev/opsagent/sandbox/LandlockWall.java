package dev.opsagent.sandbox;

import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Grants.Network;
import dev.opsagent.outside.Grants.Peer;
import dev.opsagent.sandbox.Kernel.Architecture;
import dev.opsagent.sandbox.Kernel.Refused;
import dev.opsagent.sandbox.Spawner.Start;
import dev.opsagent.sandbox.WallLevel.Gap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Restricts the thread that starts a program by Landlock and seccomp, and takes its capabilities.
 * Nothing of the machine is hidden, but nothing else can be opened. Landlock cannot except a folder
 * from a granted one, so git's own files are put aside while a program runs.
 */
final class LandlockWall implements Wall {
  private static final int NAME_SERVERS = 53;
  private static final List<Path> DEVICES =
      Stream.of("null", "zero", "full", "random", "urandom").map(Path.of("/dev")::resolve).toList();

  /** What runtimes read about the machine; nothing about its processes. */
  private static final List<Path> MACHINE =
      Stream.of(
              "cpuinfo",
              "filesystems",
              "loadavg",
              "meminfo",
              "stat",
              "uptime",
              "version",
              "sys/fs/pipe-max-size",
              "sys/kernel/cap_last_cap",
              "sys/kernel/ngroups_max",
              "sys/kernel/osrelease",
              "sys/kernel/random",
              "sys/vm/overcommit_memory")
          .map(Path.of("/proc")::resolve)
          .toList();

  private final Architecture architecture;

  LandlockWall(Architecture architecture) {
    this.architecture = architecture;
  }

  @Override
  public WallLevel.Report report() {
    List<Gap> gaps =
        new ArrayList<>(
            List.of(
                Gap.OTHER_USE, Gap.NEW_REPOSITORIES, Gap.NAMES, Gap.PROCESS_NAMES, Gap.OUTLIVING));
    int version = Landlock.version();
    gaps.add(version >= 4 ? Gap.TCP_HOSTS : Gap.TCP_PORTS);
    if (version < 6) {
      gaps.add(Gap.SIGNALS);
    }
    return new WallLevel.Report(WallLevel.LANDLOCK, gaps, List.of());
  }

  @Override
  public Running start(Launch launch) throws IOException {
    List<Aside> aside = putAside(launch);
    try {
      return new Running(startConfined(launch), () -> putBack(aside));
    } catch (IOException | RuntimeException e) {
      putBack(aside);
      throw e;
    }
  }

  private Process startConfined(Launch launch) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(launch.program().toString()));
    arguments.addAll(launch.arguments());
    Map<String, String> environment = new HashMap<>(launch.environment());
    // UDP is out of reach, and with it the usual way to ask for a name's address.
    environment.put("RES_OPTIONS", "use-vc");
    Start start =
        new Start(launch.program(), arguments, launch.directory(), environment, launch.output());
    CallFilter filter = Restrictions.withoutNamespaces(architecture, launch.grants());
    try (Rights rights = new Rights(Optional.of(landlock(launch)), filter, false)) {
      return Spawner.start(start, rights);
    } catch (Refused e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Landlock landlock(Launch launch) throws Refused, IOException {
    Grants grants = launch.grants();
    Landlock landlock = Landlock.handling(true, !(grants.network() instanceof Network.Open));
    landlock.read(SystemFolders.PROGRAMS);
    List<Path> readable = new ArrayList<>(SystemFolders.TOP);
    readable.addAll(SystemFolders.settings());
    readable.addAll(MACHINE);
    readable.addAll(SystemFolders.elsewhere(launch.search(), launch.program()));
    readable.addAll(grants.readable());
    for (Path path : readable) {
      landlock.read(path);
    }
    for (Path device : DEVICES) {
      landlock.use(device);
    }
    for (Path path : grants.writable()) {
      if (Files.isSymbolicLink(path)) {
        throw new IOException("a granted path is a link: " + path.getFileName());
      }
      landlock.write(path);
    }
    if (grants.network() instanceof Network.Peers(var peers)) {
      landlock.connect(NAME_SERVERS);
      for (Peer peer : peers) {
        landlock.connect(peer.port());
      }
    }
    return landlock;
  }

  /**
   * Git's own files while a program runs.
   *
   * @param parent the folder that they belong in, free of links
   */
  private record Aside(Path path, Path parent, Path place) {}

  private static List<Aside> putAside(Launch launch) throws IOException {
    List<Aside> aside = new ArrayList<>();
    for (Path path : Repositories.below(launch.grants().writable())) {
      Path place = launch.aside().resolve("git-" + aside.size());
      Path parent = above(path).toRealPath();
      Files.move(path, place, StandardCopyOption.ATOMIC_MOVE);
      aside.add(new Aside(path, parent, place));
    }
    return aside;
  }

  private static Path above(Path path) {
    return Objects.requireNonNull(path.getParent());
  }

  private static void putBack(List<Aside> aside) throws IOException {
    for (Aside one : aside) {
      // A program may have put a link in the folder's place, which would lead elsewhere.
      if (!above(one.path()).toRealPath().equals(one.parent())) {
        throw new IOException("a folder that held a .git was moved");
      }
      FolderRemoval.remove(one.path());
      Files.move(one.place(), one.path(), StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
