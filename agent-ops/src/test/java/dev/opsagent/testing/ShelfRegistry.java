package dev.opsagent.testing;

import dev.opsagent.operations.Integrity;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A registry with one package and the faults of real ones. */
public final class ShelfRegistry implements PackageRegistry {
  public final Map<String, byte[]> versions = new HashMap<>();
  public final Set<String> deprecated = new HashSet<>();
  public final Map<String, String> tags = new HashMap<>();
  public final Map<String, byte[]> served = new HashMap<>();

  /** The version that the next publish stores. */
  public String next = "";

  public boolean silent;
  public boolean answersGatewayTimeout;
  public boolean hidesNews;

  @Override
  public Answer<Optional<Listing>> find(String name) {
    if (silent) {
      return down();
    }
    Map<String, String> listed = new HashMap<>();
    versions.forEach((version, bytes) -> listed.put(version, Integrity.of(bytes)));
    if (hidesNews) {
      listed.remove(next);
    }
    return new Answer.Ok<>(
        listed.isEmpty() ? Optional.empty() : Optional.of(new Listing(listed, deprecated, tags)));
  }

  @Override
  public Answer<String> whoami() {
    return new Answer.Ok<>("somebody");
  }

  @Override
  public Answer<byte[]> download(String name, String version) {
    byte[] stored = versions.get(version);
    return stored == null ? down() : new Answer.Ok<>(served.getOrDefault(version, stored));
  }

  @Override
  public Answer<Boolean> publish(Path tarball, String tag, Optional<String> access) {
    try {
      put(next, tag, Files.readAllBytes(tarball));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return answersGatewayTimeout ? down() : new Answer.Ok<>(true);
  }

  public void put(String version, String tag, byte[] bytes) {
    versions.put(version, bytes);
    tags.put(tag, version);
    tags.putIfAbsent("latest", version);
  }

  @Override
  public Answer<Boolean> deprecate(String name, String version, String message) {
    return new Answer.Ok<>(deprecated.add(version));
  }

  @Override
  public Answer<Boolean> tag(String name, String tag, String version) {
    tags.put(tag, version);
    return new Answer.Ok<>(true);
  }

  @Override
  public Answer<Boolean> untag(String name, String tag) {
    return new Answer.Ok<>(tags.remove(tag) != null);
  }

  @Override
  public Answer<Path> pack(Path folder, Path into) {
    return down();
  }

  private static <T> Answer<T> down() {
    return new Answer.No<>(
        Failure.passing(ReasonCode.UNREACHABLE, "ask the registry", "504", "wait"));
  }
}
