package dev.opsagent.outside;

import dev.opsagent.authority.FileState;
import dev.opsagent.authority.FileState.Kind;
import dev.opsagent.protocol.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks through a folder, each folder opened relative to its open parent, so that a link that is
 * put in a folder's place meanwhile is not followed. At most 500,000 entries, 128 folders deep, 8
 * GiB to read.
 */
final class TreeReading {
  private static final int MOST_ENTRIES = 500_000;
  private static final int DEEPEST = 128;
  private static final long MOST_BYTES = 8L * 1024 * 1024 * 1024;
  private static final String WANTED = "unix:mode,ino,dev,nlink,size,lastModifiedTime,ctime";

  private static final int TYPE = 0170000;
  private static final int FOLDER = 0040000;
  private static final int FILE = 0100000;
  private static final int LINK = 0120000;
  private static final int PERMISSIONS = 07777;

  /** Two changes that are closer together may carry the same time, as the kernel's clock ticks. */
  private static final Duration TICK = Duration.ofMillis(50);

  private final Path root;
  private final InstantSource clock;
  private final Map<String, Seen> known;
  private final Map<String, Seen> files = new HashMap<>();
  private final Map<Inode, Integer> names = new HashMap<>();
  private final MessageDigest digest = Digests.newSha256();
  private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
  private long left = MOST_BYTES;

  TreeReading(Path root, InstantSource clock, Map<String, Seen> known) {
    this.root = root;
    this.clock = clock;
    this.known = known;
  }

  /** One file of one file system. */
  private record Inode(Object device, Object number) {}

  /** What the file system says about an entry. */
  record Stat(
      Object device,
      Object inode,
      int mode,
      int links,
      long size,
      FileTime modified,
      FileTime changed) {
    static Stat of(Path path) throws IOException {
      Map<String, Object> found = Files.readAttributes(path, WANTED, LinkOption.NOFOLLOW_LINKS);
      return new Stat(
          value(found, "dev"),
          value(found, "ino"),
          (int) value(found, "mode"),
          (int) value(found, "nlink"),
          (long) value(found, "size"),
          (FileTime) value(found, "lastModifiedTime"),
          (FileTime) value(found, "ctime"));
    }

    private static Object value(Map<String, Object> found, String name) {
      return java.util.Objects.requireNonNull(found.get(name));
    }

    int type() {
      return mode & TYPE;
    }

    int permissions() {
      return mode & PERMISSIONS;
    }

    private Inode id() {
      return new Inode(device, inode);
    }
  }

  /**
   * An entry as it was seen.
   *
   * @param settled whether a later change of it would show in its times
   */
  record Seen(FileState state, Stat stat, boolean settled) {}

  Map<String, Seen> files() throws IOException {
    try (DirectoryStream<Path> folder = Files.newDirectoryStream(root)) {
      if (!(folder instanceof SecureDirectoryStream<Path> secure)) {
        throw new IOException("this platform cannot read a folder without following links");
      }
      read(secure, root, "", 0);
    }
    markNamesOutside();
    return files;
  }

  private void read(SecureDirectoryStream<Path> folder, Path place, String prefix, int depth)
      throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("folders are nested deeper than " + DEEPEST);
    }
    for (Path entry : folder) {
      if (files.size() == MOST_ENTRIES) {
        throw new IOException("the workspace holds more than " + MOST_ENTRIES + " entries");
      }
      Path name = entry.getFileName();
      entry(folder, name, place.resolve(name), prefix + name, depth);
    }
  }

  private void entry(
      SecureDirectoryStream<Path> folder, Path name, Path place, String path, int depth)
      throws IOException {
    Stat stat = Stat.of(place);
    switch (stat.type()) {
      case FOLDER -> folder(folder, name, place, path, stat, depth);
      case FILE -> {
        names.merge(stat.id(), 1, Integer::sum);
        files.put(path, file(folder, name, place, path, stat));
      }
      case LINK -> files.put(path, link(place, path, stat));
      default -> files.put(path, special(stat));
    }
  }

  private void folder(
      SecureDirectoryStream<Path> parent, Path name, Path place, String path, Stat stat, int depth)
      throws IOException {
    FileState state = new FileState(Kind.FOLDER, stat.permissions(), 0, "", false);
    try (SecureDirectoryStream<Path> folder =
        parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      files.put(path, new Seen(state, stat, false));
      read(folder, place, path + "/", depth + 1);
    } catch (AccessDeniedException closed) {
      files.put(path, special(stat));
    }
  }

  private Seen file(
      SecureDirectoryStream<Path> folder, Path name, Path place, String path, Stat stat)
      throws IOException {
    Seen before = known.get(path);
    if (before != null && before.settled() && before.stat().equals(stat)) {
      return before;
    }
    Instant now = clock.instant();
    boolean settled = stat.changed().toInstant().isBefore(now.minus(TICK));
    try {
      String content = content(folder, name);
      if (!Stat.of(place).equals(stat)) {
        throw new IOException(path + " changed while it was read");
      }
      FileState state = new FileState(Kind.FILE, stat.permissions(), stat.size(), content, false);
      return new Seen(state, stat, settled);
    } catch (AccessDeniedException closed) {
      return special(stat);
    }
  }

  private String content(SecureDirectoryStream<Path> folder, Path name) throws IOException {
    Set<java.nio.file.OpenOption> options =
        Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try (ReadableByteChannel channel = folder.newByteChannel(name, options)) {
      buffer.clear();
      for (int read = channel.read(buffer); read >= 0; read = channel.read(buffer)) {
        left -= read;
        if (left < 0) {
          throw new IOException("the workspace holds more than " + MOST_BYTES + " bytes");
        }
        digest.update(buffer.flip());
        buffer.clear();
      }
    }
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  private Seen link(Path place, String path, Stat stat) throws IOException {
    String target = Files.readSymbolicLink(place).toString();
    if (!Stat.of(place).equals(stat)) {
      throw new IOException(path + " changed while it was read");
    }
    String content = Digests.sha256(target.getBytes(StandardCharsets.UTF_8));
    boolean escapes = leadsOutside(path, target);
    return new Seen(new FileState(Kind.LINK, 0, stat.size(), content, escapes), stat, false);
  }

  /** By its words alone: what it leads to now may be another place later. */
  private static boolean leadsOutside(String path, String target) {
    @Nullable Path folder = Path.of(path).getParent();
    Path reached = folder == null ? Path.of(target) : folder.resolve(target);
    return Path.of(target).isAbsolute() || reached.normalize().startsWith("..");
  }

  private static Seen special(Stat stat) {
    return new Seen(new FileState(Kind.SPECIAL, stat.permissions(), 0, "", false), stat, false);
  }

  /** A file with more names than were met has one outside. */
  private void markNamesOutside() {
    files.replaceAll((_, seen) -> {
      boolean file = seen.state().kind() == Kind.FILE;
      boolean outside = file && seen.stat().links() > names.getOrDefault(seen.stat().id(), 0);
      return outside == seen.state().escapes() || !file ? seen : marked(seen, outside);
    });
  }

  private static Seen marked(Seen seen, boolean outside) {
    FileState state = seen.state();
    return new Seen(
        new FileState(state.kind(), state.mode(), state.size(), state.digest(), outside),
        seen.stat(),
        seen.settled());
  }
}
