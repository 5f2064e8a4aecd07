package dev.opsagent.tools.npm;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One npm registry as the operator configured it.
 *
 * @param name what reports call it
 * @param url its address, {@code http} or {@code https}, without user, query or fragment
 * @param unencrypted whether a credential may travel in clear text to another host
 * @param token asked at the last moment before each use; empty: none is configured, and the
 *     registry is read anonymously and never written
 * @param folder private folder for npm's cache and the files of single calls
 * @param timeout limit of each single call
 */
public record NpmRegistrySettings(
    String name,
    URI url,
    boolean unencrypted,
    Supplier<Answer<Optional<String>>> token,
    Path folder,
    Duration timeout) {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  public NpmRegistrySettings {
    url = withSlash(url);
    folder = folder.toAbsolutePath();
  }

  /** One whose credential travels encrypted, or does not leave the machine. */
  public NpmRegistrySettings(
      String name,
      URI url,
      Supplier<Answer<Optional<String>>> token,
      Path folder,
      Duration timeout) {
    this(name, url, false, token, folder, timeout);
  }

  private static URI withSlash(URI url) {
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!http || url.getHost() == null || url.getRawUserInfo() != null) {
      throw new IllegalArgumentException("a registry has an http or https URL without a user");
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException("a registry's URL has no query and no fragment");
    }
    return url.toString().endsWith("/") ? url : URI.create(url + "/");
  }

  /** Whether a credential may travel: encrypted, without leaving the machine, or as it is. */
  boolean takesCredentials() {
    return unencrypted
        || "https".equals(url.getScheme())
        || LOOPBACK.contains(url.getHost().toLowerCase(Locale.ROOT));
  }

  /** The failure of what cannot be done without sending the credential. */
  <T> Answer<T> refused(String action) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.CONFIGURATION,
            action,
            "the credential would cross the network in clear text",
            "give the registry %s an https address, or set registries.%s.unencrypted to allowed"
                .formatted(name, name)));
  }

  boolean sameOrigin(URI other) {
    return url.getScheme().equalsIgnoreCase(other.getScheme())
        && url.getAuthority().equalsIgnoreCase(other.getAuthority());
  }
}
