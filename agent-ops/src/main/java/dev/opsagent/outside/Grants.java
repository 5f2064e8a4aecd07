package dev.opsagent.outside;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a program may touch. The system's own programs and libraries, its working directory's name,
 * and a private home and temporary folder come with every start; whatever is not listed here is not
 * granted.
 *
 * @param writable files and folders, absolute, none of them a link; every {@code .git} below them
 *     stays as it is
 * @param readable files and folders, absolute
 * @param sockets of the machine that it may connect to, such as the container engine's
 * @param code whose code runs
 */
public record Grants(
    Set<Path> writable, Set<Path> readable, Set<Path> sockets, Network network, Code code) {
  /** Nothing. */
  public static final Grants NONE =
      new Grants(Set.of(), Set.of(), Set.of(), new Network.None(), Code.TOOL);

  public Grants {
    writable = Set.copyOf(writable);
    readable = Set.copyOf(readable);
    sockets = Set.copyOf(sockets);
  }

  /** Whose code a program runs. */
  public enum Code {
    /** An installed tool's own; nothing of a repository is executed. */
    TOOL,
    /** Also that of a repository or a package, which nobody trusts and which sees no credential. */
    REPOSITORY,
    /**
     * A program of the person's own desktop session, told an address of ours and nothing else. It
     * belongs to that session, and so no wall is put around it.
     */
    DESKTOP
  }

  /** What of the network is in reach. */
  public sealed interface Network {
    /** Nothing; not even the machine's own loopback. */
    record None() implements Network {}

    /** TCP connections to these peers. */
    record Peers(Set<Peer> peers) implements Network {
      public Peers {
        peers = Set.copyOf(peers);
      }
    }

    /** Everything, for a service that serves: what it needs no plan declares. */
    record Open() implements Network {}
  }

  /** A TCP peer, by name or address. */
  public record Peer(String host, int port) {
    /** The peer behind an http or https address. */
    public static Peer of(URI uri) {
      int standard = "http".equalsIgnoreCase(uri.getScheme()) ? 80 : 443;
      return new Peer(uri.getHost(), uri.getPort() < 0 ? standard : uri.getPort());
    }
  }

  /** These and the path for writing. */
  public Grants writing(Path... paths) {
    return new Grants(with(writable, paths), readable, sockets, network, code);
  }

  /** These and the path for reading. */
  public Grants reading(Path... paths) {
    return new Grants(writable, with(readable, paths), sockets, network, code);
  }

  /** These and the socket. */
  public Grants connecting(Path socket) {
    return new Grants(writable, readable, with(sockets, socket), network, code);
  }

  /** These with TCP connections to the peer behind the address. */
  public Grants reaching(URI peer) {
    return in(new Network.Peers(Set.of(Peer.of(peer))));
  }

  /** These with another network. */
  public Grants in(Network other) {
    return new Grants(writable, readable, sockets, other, code);
  }

  /** These for a program that runs other code. */
  public Grants running(Code other) {
    return new Grants(writable, readable, sockets, network, other);
  }

  private static Set<Path> with(Set<Path> before, Path... more) {
    List<Path> absolute = new ArrayList<>();
    for (Path path : more) {
      absolute.add(path.toAbsolutePath().normalize());
    }
    Set<Path> all = new HashSet<>(before);
    all.addAll(absolute);
    return all;
  }
}
