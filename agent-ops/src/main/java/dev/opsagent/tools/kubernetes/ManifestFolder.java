package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The manifests of a repository: a YAML file, or a folder whose YAML files are read in the order of
 * their names, folders in it excepted. At most {@value #MOST_FILES} files, {@value #MOST_OBJECTS}
 * objects and {@value #MOST_BYTES} bytes.
 *
 * @param source the repository's files
 * @param file relative to the source
 */
record ManifestFolder(Path source, String file) {
  static final int MOST_FILES = 64;
  static final int MOST_OBJECTS = 100;
  static final int MOST_BYTES = 256 * 1024;

  private static final Pattern MARKER = Pattern.compile("(?m)^---[ \\t]*$");
  private static final Printable SAID = Printable.log(UnaryOperator.identity());

  /** Every object in the order in which it is needed, or what is wrong with the first bad one. */
  Answer<List<HasMetadata>> objects(String namespace) throws IOException {
    try {
      List<HasMetadata> all = new ArrayList<>();
      Set<String> seen = new HashSet<>();
      int left = MOST_BYTES;
      for (Path path : files()) {
        byte[] bytes = bytes(path, left);
        left -= bytes.length;
        for (HasMetadata object : documents(path, bytes, namespace)) {
          String name = object.getKind() + " " + object.getMetadata().getName();
          require(seen.add(name), shown(path), name + " is there twice");
          require(seen.size() <= MOST_OBJECTS, shown(path), "the objects are too many");
          all.add(object);
        }
      }
      require(!all.isEmpty(), file, "no object is in it");
      all.sort(Comparator.comparing(ManifestFolder::kind));
      return new Answer.Ok<>(List.copyOf(all));
    } catch (InvalidMessage e) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.INVALID_PARAMETERS,
              "read the manifests " + SAID.line(file),
              SAID.line(String.valueOf(e.getMessage())),
              "correct it in the repository, and deploy that commit"));
    }
  }

  private static ManifestKind kind(HasMetadata object) {
    return ManifestKind.of(object.getApiVersion(), object.getKind()).orElseThrow();
  }

  /** A link could lead to the files of the machine. */
  private List<Path> files() throws IOException {
    Path root = source.toRealPath();
    Path found = root.resolve(file).normalize();
    boolean inside =
        found.startsWith(root) && Files.exists(found) && found.toRealPath().equals(found);
    require(inside, file, "it is no file or folder of the repository");
    if (!Files.isDirectory(found, LinkOption.NOFOLLOW_LINKS)) {
      return List.of(found);
    }
    try (Stream<Path> entries = Files.list(found)) {
      List<Path> files =
          entries.filter(ManifestFolder::isYaml).sorted().limit(MOST_FILES + 1L).toList();
      require(files.size() <= MOST_FILES, file, "the files are too many");
      return files;
    }
  }

  private static boolean isYaml(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private byte[] bytes(Path path, int left) throws IOException {
    require(
        Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS), shown(path), "it is no plain file");
    try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(left + 1);
      require(bytes.length <= left, shown(path), "all manifests may hold " + MOST_BYTES + " bytes");
      return bytes;
    }
  }

  private List<HasMetadata> documents(Path path, byte[] bytes, String namespace) {
    String[] parts = MARKER.split(new String(bytes, StandardCharsets.UTF_8), -1);
    List<HasMetadata> objects = new ArrayList<>();
    int number = 0;
    for (String part : parts) {
      if (isBlank(part)) {
        continue;
      }
      number++;
      objects.add(object(shown(path) + ", document " + number, part, namespace));
    }
    return objects;
  }

  private static boolean isBlank(String part) {
    return part.lines().map(String::strip).allMatch(it -> it.isEmpty() || it.startsWith("#"));
  }

  private static HasMetadata object(String place, String document, String namespace) {
    try {
      return ManifestReader.read(document.getBytes(StandardCharsets.UTF_8), namespace);
    } catch (InvalidMessage e) {
      throw new InvalidMessage(place + ":", String.valueOf(e.getMessage()));
    }
  }

  private String shown(Path path) {
    Path named = Path.of(file);
    return named.endsWith(path.getFileName()) ? file : named.resolve(path.getFileName()).toString();
  }

  private static void require(boolean holds, String place, String fault) {
    if (!holds) {
      throw new InvalidMessage(place, fault);
    }
  }
}
