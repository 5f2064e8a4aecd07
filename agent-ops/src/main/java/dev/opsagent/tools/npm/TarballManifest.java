package dev.opsagent.tools.npm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a tarball's own manifest says about its publication.
 *
 * @param publishSettings names under {@code publishConfig}, which npm takes for configuration
 */
record TarballManifest(String name, Set<String> publishSettings) {
  private static final String PATH = "package/package.json";
  private static final int BLOCK = 512;
  private static final int LARGEST_MANIFEST = 1024 * 1024;
  private static final long LARGEST_TARBALL = 1L << 30;
  private static final JsonMapper JSON = JsonMapper.shared();

  TarballManifest {
    publishSettings = Set.copyOf(publishSettings);
  }

  static TarballManifest read(Path tarball) throws IOException {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(tarball));
        InputStream tar = new GZIPInputStream(file)) {
      JsonNode manifest = JSON.readTree(find(tar));
      Set<String> settings = new TreeSet<>(manifest.path("publishConfig").propertyNames());
      return new TarballManifest(manifest.path("name").asString(""), settings);
    } catch (JacksonException e) {
      throw new IOException("its package.json is not JSON", e);
    }
  }

  private static byte[] find(InputStream tar) throws IOException {
    long seen = 0;
    byte[] header = tar.readNBytes(BLOCK);
    while (header.length == BLOCK && header[0] != 0) {
      int length = length(header);
      if (name(header).equals(PATH)) {
        return length <= LARGEST_MANIFEST ? tar.readNBytes(length) : tooLarge();
      }
      long padded = (length + BLOCK - 1L) / BLOCK * BLOCK;
      seen += padded;
      if (seen > LARGEST_TARBALL) {
        return tooLarge();
      }
      tar.skipNBytes(padded);
      header = tar.readNBytes(BLOCK);
    }
    throw new IOException("it holds no " + PATH);
  }

  private static byte[] tooLarge() throws IOException {
    throw new IOException("it is larger than any package");
  }

  private static String name(byte[] header) {
    return text(header, 0, 100);
  }

  private static int length(byte[] header) throws IOException {
    try {
      return Integer.parseInt(text(header, 124, 12).strip(), 8);
    } catch (NumberFormatException e) {
      throw new IOException("it is no tar archive", e);
    }
  }

  /** Fields end at a NUL or at their width. */
  private static String text(byte[] header, int from, int width) {
    String field = new String(header, from, width, UTF_8);
    int end = field.indexOf('\0');
    return end < 0 ? field : field.substring(0, end);
  }
}
