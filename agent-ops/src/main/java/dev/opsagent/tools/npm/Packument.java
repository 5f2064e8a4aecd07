package dev.opsagent.tools.npm;

import dev.opsagent.outside.PackageRegistry.Listing;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Reads the document in which a registry describes a package. */
final class Packument {
  private Packument() {}

  static Listing listing(JsonNode packument) {
    Map<String, String> versions = new HashMap<>();
    Set<String> deprecated = new HashSet<>();
    Map<String, String> tags = new HashMap<>();
    for (Map.Entry<String, JsonNode> version : packument.path("versions").properties()) {
      JsonNode entry = version.getValue();
      versions.put(version.getKey(), entry.path("dist").path("integrity").asString(""));
      if (isDeprecated(entry.path("deprecated"))) {
        deprecated.add(version.getKey());
      }
    }
    packument
        .path("dist-tags")
        .properties()
        .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asString("")));
    return new Listing(versions, deprecated, tags);
  }

  /** Some registries answer with a boolean; an empty message means that it is not. */
  private static boolean isDeprecated(JsonNode deprecated) {
    return deprecated.isString() ? !deprecated.asString().isEmpty() : deprecated.asBoolean(false);
  }

  /** Where the version says that its tarball lies, if that is on the registry itself. */
  static Optional<URI> tarball(JsonNode version, NpmRegistrySettings settings) {
    try {
      URI uri = URI.create(version.path("dist").path("tarball").asString(""));
      return Optional.of(uri)
          .filter(u -> u.getScheme() != null && u.getRawAuthority() != null)
          .filter(settings::sameOrigin);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
