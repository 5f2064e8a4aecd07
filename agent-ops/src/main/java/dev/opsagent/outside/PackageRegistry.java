package dev.opsagent.outside;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One package registry that the operator configured, reached with the operator's credential. */
public interface PackageRegistry {
  /** The package as the registry shows it; empty when it has none of that name. */
  Answer<Optional<Listing>> find(String name);

  /** The account that the credential stands for; a refused credential is a failure. */
  Answer<String> whoami();

  /** The published bytes of a version. */
  Answer<byte[]> download(String name, String version);

  /** Publishes that very tarball under the tag, scripts off. */
  Answer<Boolean> publish(Path tarball, String tag, Optional<String> access);

  /** Deprecates a version with a message that installers see. */
  Answer<Boolean> deprecate(String name, String version, String message);

  /** Points the tag at the version. */
  Answer<Boolean> tag(String name, String tag, String version);

  /** Removes the tag. */
  Answer<Boolean> untag(String name, String tag);

  /** Makes the tarball of a package folder, scripts off, into the target folder. */
  Answer<Path> pack(Path folder, Path into);

  /**
   * @param versions version to integrity ({@code sha512-<base64>})
   * @param deprecated versions that are deprecated
   * @param tags dist-tag to version
   */
  record Listing(Map<String, String> versions, Set<String> deprecated, Map<String, String> tags) {
    public Listing {
      versions = Map.copyOf(versions);
      deprecated = Set.copyOf(deprecated);
      tags = Map.copyOf(tags);
    }
  }
}
