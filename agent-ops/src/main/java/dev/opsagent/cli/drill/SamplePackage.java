package dev.opsagent.cli.drill;

import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * One version of the package that a drill deploys.
 *
 * @param defect absent: it serves
 */
public record SamplePackage(String version, Optional<Defect> defect) {
  /** The package's name. */
  public static final String NAME = "ops-agent-drill";

  private static final String SERVER = "server.js";

  /** Writes it as npm packs packages. */
  public Path pack(Path folder) throws IOException {
    Path file = folder.resolve("%s-%s.tgz".formatted(NAME, version));
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      put(tar, "package.json", Json.write(manifest()));
      put(tar, SERVER, server());
    }
    return file;
  }

  private ObjectNode manifest() {
    boolean broken = defect.filter(Defect.CANNOT_START::equals).isPresent();
    ObjectNode manifest = Json.mapper().createObjectNode();
    manifest.put("name", NAME).put("version", version);
    defect.ifPresent(it -> manifest.put("drill", it.id()));
    manifest.putObject("scripts").put("start", "node " + (broken ? "missing.js" : SERVER));
    return manifest;
  }

  private static byte[] server() throws IOException {
    try (InputStream in = SamplePackage.class.getResourceAsStream(SERVER)) {
      return Objects.requireNonNull(in, SERVER + " is missing from the jar").readAllBytes();
    }
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("package/" + name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
