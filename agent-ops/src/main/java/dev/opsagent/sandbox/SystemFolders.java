package dev.opsagent.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** What of the machine every program may read: programs and libraries, and how names resolve. */
final class SystemFolders {
  /** Links to folders below /usr on most systems, folders on some. */
  static final List<Path> TOP =
      Stream.of("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32").map(Path::of).toList();

  static final Path PROGRAMS = Path.of("/usr");

  /**
   * Nothing that is meant for some users only, or tells one machine from another. Each costs a
   * mount at every start, so what programs do as well without is not here.
   */
  private static final List<String> SETTINGS =
      List.of(
          "alternatives",
          "crypto-policies",
          "group",
          "hosts",
          "java-17-openjdk",
          "java-21-openjdk",
          "java-25-openjdk",
          "ld.so.cache",
          "localtime",
          "mime.types",
          "nsswitch.conf",
          "os-release",
          "passwd",
          "pki/tls",
          "protocols",
          "resolv.conf",
          "services",
          "ssl/cert.pem",
          "ssl/certs",
          "ssl/openssl.cnf",
          "terminfo");

  private static final Set<String> OF_AN_INSTALLATION = Set.of("lib", "lib64", "libexec", "share");

  private SystemFolders() {}

  /** The settings that there are. */
  static List<Path> settings() {
    Path etc = Path.of("/etc");
    return SETTINGS.stream().map(etc::resolve).filter(Files::exists).toList();
  }

  /** Where the programs lie that are installed elsewhere, such as in a user's home. */
  static List<Path> elsewhere(List<Path> search, Path program) throws IOException {
    Set<Path> found = new LinkedHashSet<>();
    for (Path folder : search) {
      if (Files.isDirectory(folder)) {
        found.addAll(installation(folder.toRealPath()));
      }
    }
    Path real = program.toRealPath();
    Path folder = Objects.requireNonNull(real.getParent());
    if (!found.contains(folder) && !isOfTheSystem(real)) {
      found.add(real);
      found.addAll(installation(folder));
    }
    found.removeIf(SystemFolders::isOfTheSystem);
    return List.copyOf(found);
  }

  /** Of {@code x/bin} also {@code x/lib} and the like, but nothing else of {@code x}. */
  private static List<Path> installation(Path bin) {
    List<Path> all = new ArrayList<>();
    Path root = bin.getParent();
    String name = String.valueOf(bin.getFileName());
    if (root == null || root.getParent() == null || !(name.equals("bin") || name.equals("sbin"))) {
      return all;
    }
    if (Files.isRegularFile(root.resolve("release")) && Files.isDirectory(root.resolve("lib"))) {
      // A Java runtime keeps its settings beside them.
      return List.of(root);
    }
    all.add(bin);
    OF_AN_INSTALLATION.stream()
        .map(root::resolve)
        .filter(folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))
        .filter(folder -> !folder.endsWith(Path.of(".local", "share")))
        .forEach(all::add);
    return all;
  }

  static boolean isOfTheSystem(Path path) {
    return path.startsWith(PROGRAMS) || TOP.stream().anyMatch(path::startsWith);
  }
}
