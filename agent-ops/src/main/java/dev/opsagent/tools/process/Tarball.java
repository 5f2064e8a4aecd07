package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A package's tarball, unpacked without trust: files and folders only, below the target, never over
 * one another, within limits.
 */
final class Tarball {
  private final Path file;
  private final Limits limits;

  /**
   * @param entries how many files and folders
   * @param bytes of all files together, unpacked
   * @param name characters of one path
   */
  record Limits(int entries, long bytes, int name) {
    static final Limits USUAL = new Limits(50_000, 1L << 30, 512);
  }

  Tarball(Path file, Limits limits) {
    this.file = file;
    this.limits = limits;
  }

  /** Whether the bytes have the integrity, in the form of npm or as {@code sha256:<hex>}. */
  Answer<Boolean> verify(String integrity) throws IOException {
    Optional<String> measured = measure(integrity);
    if (measured.isEmpty()) {
      return no(ReasonCode.INTEGRITY_MISMATCH, "verify", "its digest has an unknown form");
    }
    return measured.get().equals(integrity)
        ? new Answer.Ok<>(true)
        : no(ReasonCode.INTEGRITY_MISMATCH, "verify", "its bytes are not the ones of the release");
  }

  /** Unpacks into an empty folder, without the one folder that every entry of a package is in. */
  Answer<Boolean> unpack(Path target) throws IOException {
    try (InputStream bytes = Files.newInputStream(file);
        GZIPInputStream unzipped = new GZIPInputStream(bytes);
        TarArchiveInputStream entries = new TarArchiveInputStream(unzipped)) {
      return unpack(entries, target);
    } catch (ZipException | IllegalArgumentException e) {
      return refused("it is no tar archive packed by gzip");
    } catch (FileAlreadyExistsException e) {
      return refused("two of its entries have one path");
    }
  }

  private Answer<Boolean> unpack(TarArchiveInputStream entries, Path target) throws IOException {
    long left = limits.bytes();
    int count = 0;
    for (TarArchiveEntry entry = entries.getNextEntry();
        entry != null;
        entry = entries.getNextEntry()) {
      Optional<String> fault = fault(entry, ++count, left);
      if (fault.isPresent()) {
        return refused(fault.get());
      }
      write(entries, entry, target);
      left -= entry.getSize();
    }
    return count > 0 ? new Answer.Ok<>(true) : refused("it is empty");
  }

  private Optional<String> fault(TarArchiveEntry entry, int count, long left) {
    if (count > limits.entries()) {
      return Optional.of("it holds more than " + limits.entries() + " entries");
    }
    if (!isPlain(entry)) {
      return Optional.of("entry " + count + " is neither a file nor a folder");
    }
    if (entry.getSize() < 0 || entry.getSize() > left) {
      return Optional.of("it unpacks to more than " + limits.bytes() + " bytes");
    }
    return isInside(entry.getName())
        ? Optional.empty()
        : Optional.of("the path of entry " + count + " is absolute, leads out, or is over-long");
  }

  private static boolean isPlain(TarArchiveEntry entry) {
    return (entry.isFile() || entry.isDirectory())
        && !entry.isLink()
        && !entry.isSymbolicLink()
        && !entry.isSparse()
        && !entry.isCharacterDevice()
        && !entry.isBlockDevice()
        && !entry.isFIFO();
  }

  private boolean isInside(String name) {
    String path = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    return name.length() <= limits.name()
        && path.codePoints().noneMatch(c -> Character.isISOControl(c) || c == '\\')
        && Arrays.stream(path.split("/", -1)).allMatch(Tarball::isName);
  }

  private static boolean isName(String part) {
    return !part.isEmpty() && !part.equals(".") && !part.equals("..");
  }

  private static void write(TarArchiveInputStream entries, TarArchiveEntry entry, Path target)
      throws IOException {
    int first = entry.getName().indexOf('/');
    Path path = target.resolve(entry.getName().substring(first + 1));
    if (entry.isDirectory()) {
      Files.createDirectories(first < 0 ? target : path);
      return;
    }
    Files.createDirectories(path.getParent());
    try (OutputStream out =
        Files.newOutputStream(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      entries.transferTo(out);
    }
    if ((entry.getMode() & 0100) != 0) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private Optional<String> measure(String integrity) throws IOException {
    if (integrity.startsWith("sha512-")) {
      return Optional.of("sha512-" + Base64.getEncoder().encodeToString(digest("SHA-512")));
    }
    if (integrity.startsWith("sha256:")) {
      return Optional.of("sha256:" + HexFormat.of().formatHex(digest("SHA-256")));
    }
    return Optional.empty();
  }

  private byte[] digest(String algorithm) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      try (var bytes = new DigestInputStream(Files.newInputStream(file), digest)) {
        bytes.transferTo(OutputStream.nullOutputStream());
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }

  private Answer<Boolean> refused(String cause) {
    return no(ReasonCode.PRECONDITION_FAILED, "unpack", cause);
  }

  private Answer<Boolean> no(ReasonCode code, String verb, String cause) {
    String action = verb + " the package " + file.getFileName();
    return new Answer.No<>(Failure.of(code, action, cause, "pack the package anew"));
  }
}
