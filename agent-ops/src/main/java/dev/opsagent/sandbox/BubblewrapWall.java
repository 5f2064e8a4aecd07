package dev.opsagent.sandbox;

import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Grants.Network;
import dev.opsagent.outside.Grants.Peer;
import dev.opsagent.sandbox.Kernel.Architecture;
import dev.opsagent.sandbox.Kernel.Refused;
import dev.opsagent.sandbox.Spawner.Start;
import dev.opsagent.sandbox.WallLevel.Gap;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Starts programs by bubblewrap, in namespaces of their own: a root of the system's folders and the
 * grants, everything else absent. The thread that starts it has Landlock's scopes and ports and the
 * call filter on: a domain that handled files would keep bubblewrap from mounting.
 */
final class BubblewrapWall implements Wall {
  private final Path bubblewrap;
  private final Architecture architecture;
  private final boolean nested;

  /**
   * @param nested whether user namespaces can be made inside, since this bubblewrap is too old to
   *     forbid it
   */
  BubblewrapWall(Path bubblewrap, Architecture architecture, boolean nested) {
    this.bubblewrap = bubblewrap;
    this.architecture = architecture;
    this.nested = nested;
  }

  @Override
  public WallLevel.Report report() {
    List<Gap> gaps = new ArrayList<>(List.of(Gap.OTHER_USE, Gap.NEW_REPOSITORIES));
    gaps.add(Landlock.version() >= 4 ? Gap.TCP_HOSTS : Gap.TCP_PORTS);
    if (nested) {
      gaps.add(Gap.NESTED_NAMESPACES);
    }
    if ("root".equals(System.getProperty("user.name"))) {
      gaps.add(Gap.DEVICES);
    }
    return new WallLevel.Report(WallLevel.BUBBLEWRAP, gaps, List.of());
  }

  @Override
  public Running start(Launch launch) throws IOException {
    List<String> arguments = arguments(launch);
    CallFilter filter = Restrictions.insideNamespaces(architecture, launch.grants());
    Map<String, String> environment = new HashMap<>(launch.environment());
    marks(launch).forEach(environment::remove);
    Start start = new Start(bubblewrap, arguments, Path.of("/"), environment, launch.output());
    try (Rights rights = new Rights(landlock(launch.grants()), filter, true)) {
      return new Running(Spawner.start(start, rights));
    } catch (Refused e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Ports are for the machine's network; in one of its own a program reaches nobody else. */
  private static Optional<Landlock> landlock(Grants grants) throws Refused {
    int version = Landlock.version();
    boolean ports = grants.network() instanceof Network.Peers;
    if (version < 4 || (version < 6 && !ports)) {
      return Optional.empty();
    }
    Landlock landlock = Landlock.handling(false, ports);
    if (grants.network() instanceof Network.Peers(var peers)) {
      for (Peer peer : peers) {
        landlock.connect(peer.port());
      }
    }
    return Optional.of(landlock);
  }

  private List<String> arguments(Launch launch) throws IOException {
    List<String> all = new ArrayList<>(List.of(bubblewrap.toString(), "--unshare-all"));
    all.addAll(List.of("--unshare-user", "--cap-drop", "ALL"));
    if (!nested) {
      all.add("--disable-userns");
    }
    if (!(launch.grants().network() instanceof Network.None)) {
      all.add("--share-net");
    }
    if (launch.output().isEmpty()) {
      all.add("--die-with-parent");
    }
    all.addAll(system(launch));
    all.addAll(grants(launch));
    // Of the kernel's interfaces root can write to many, even a root without rights.
    for (String whole : List.of("/proc", "/dev", "/")) {
      all.addAll(List.of("--remount-ro", whole));
    }
    for (String mark : marks(launch)) {
      all.addAll(List.of("--setenv", mark, launch.environment().getOrDefault(mark, "")));
    }
    all.addAll(List.of("--chdir", launch.directory().toString(), "--"));
    all.add(launch.program().toString());
    all.addAll(launch.arguments());
    return all;
  }

  /** A service is known by these, and bubblewrap is not the service. */
  private static List<String> marks(Launch launch) {
    return launch.environment().keySet().stream()
        .filter(name -> launch.output().isPresent() && name.startsWith("OPS_AGENT_"))
        .toList();
  }

  private static List<String> system(Launch launch) throws IOException {
    List<String> all = new ArrayList<>();
    readOnly(all, SystemFolders.PROGRAMS);
    for (Path top : SystemFolders.TOP) {
      if (Files.isSymbolicLink(top)) {
        all.addAll(List.of("--symlink", Files.readSymbolicLink(top).toString(), top.toString()));
      } else if (Files.isDirectory(top)) {
        readOnly(all, top);
      }
    }
    SystemFolders.settings().forEach(file -> readOnly(all, file));
    all.addAll(List.of("--proc", "/proc"));
    all.addAll(List.of("--dev", "/dev"));
    for (String shared : List.of("/tmp", "/var/tmp", "/dev/shm")) {
      all.addAll(List.of("--bind", launch.temporary().toString(), shared));
    }
    Stream.of("/run", "/home", "/root").forEach(it -> all.addAll(List.of("--dir", it)));
    hosts(launch).ifPresent(it -> all.addAll(List.of("--ro-bind", it.toString(), "/etc/hosts")));
    for (Path folder : SystemFolders.elsewhere(launch.search(), launch.program())) {
      readOnly(all, folder);
    }
    return all;
  }

  private static void readOnly(List<String> all, Path path) {
    all.addAll(List.of("--ro-bind", path.toString(), path.toString()));
  }

  /** Outer folders first, since what is bound later covers what was bound before. */
  private static List<String> grants(Launch launch) throws IOException {
    Grants grants = launch.grants();
    Map<Path, String> binds = new LinkedHashMap<>();
    grants.readable().forEach(path -> binds.put(path, "--ro-bind"));
    grants.sockets().forEach(path -> binds.put(path, "--ro-bind"));
    grants.writable().forEach(path -> binds.put(path, "--bind"));
    for (Path repository : Repositories.below(grants.writable())) {
      // A folder that something is mounted on cannot be moved away from around it.
      foldersAbove(repository, grants).forEach(folder -> binds.putIfAbsent(folder, "--bind"));
      binds.put(repository, "--ro-bind");
    }
    List<Path> order = new ArrayList<>(binds.keySet());
    order.sort(Comparator.comparingInt(Path::getNameCount));
    List<String> all = new ArrayList<>();
    if (order.stream().noneMatch(launch.directory()::startsWith)) {
      all.addAll(List.of("--dir", launch.directory().toString()));
    }
    for (Path path : order) {
      // A link would lead to what it points at; only the folders above may be linked.
      Path source = path.toRealPath(LinkOption.NOFOLLOW_LINKS);
      if (Files.isSymbolicLink(source)) {
        throw new IOException("a granted path is a link: " + path.getFileName());
      }
      all.addAll(List.of(binds.getOrDefault(path, "--ro-bind"), path.toString(), path.toString()));
    }
    return all;
  }

  private static List<Path> foldersAbove(Path repository, Grants grants) {
    List<Path> folders = new ArrayList<>();
    Path folder = repository.getParent();
    while (folder != null && !grants.writable().contains(folder)) {
      folders.add(folder);
      folder = folder.getParent();
    }
    return folders;
  }

  /** Names are looked up for it, so that it needs no way to a name server. */
  private static Optional<Path> hosts(Launch launch) throws IOException {
    if (!(launch.grants().network() instanceof Network.Peers(var peers))) {
      return Optional.empty();
    }
    StringBuilder lines = new StringBuilder("127.0.0.1 localhost\n::1 localhost\n");
    for (Peer peer : peers) {
      for (InetAddress address : addresses(peer.host())) {
        lines.append(address.getHostAddress()).append(' ').append(peer.host()).append('\n');
      }
    }
    return Optional.of(Files.writeString(launch.aside().resolve("hosts"), lines));
  }

  private static List<InetAddress> addresses(String host) {
    try {
      return host.equals("localhost") ? List.of() : List.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException e) {
      // The program finds out, and says so in its own words.
      return List.of();
    }
  }
}
