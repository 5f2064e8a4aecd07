package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An npm registry as a stranger sees it, over plain HTTP. */
record RegistryView(URI registry) {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** What the registry says of the package; empty when it has none of that name. */
  JsonNode packument(String name) {
    HttpResponse<byte[]> response = get(registry.resolve(name));
    return response.statusCode() == 404
        ? JsonMapper.shared().createObjectNode()
        : JsonMapper.shared().readTree(response.body());
  }

  Set<String> versions(String name) {
    return new TreeSet<>(packument(name).path("versions").propertyNames());
  }

  /** The integrity that the registry lists. */
  String listed(String name, String version) {
    return version(name, version).path("dist").path("integrity").asString("");
  }

  /** The integrity of the bytes that the registry gives out. */
  String downloaded(String name, String version) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-512").digest(tarball(name, version));
      return "sha512-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Names of the files in the package. */
  Set<String> files(String name, String version) {
    Set<String> files = new TreeSet<>();
    try (TarArchiveInputStream entries =
        new TarArchiveInputStream(
            new GZIPInputStream(new ByteArrayInputStream(tarball(name, version))))) {
      for (TarArchiveEntry entry = entries.getNextEntry();
          entry != null;
          entry = entries.getNextEntry()) {
        files.add(entry.getName());
      }
      return files;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The version that the tag installs. */
  String tag(String name, String tag) {
    return packument(name).path("dist-tags").path(tag).asString("");
  }

  boolean isDeprecated(String name, String version) {
    return !version(name, version).path("deprecated").asString("").isEmpty();
  }

  private JsonNode version(String name, String version) {
    return packument(name).path("versions").path(version);
  }

  private byte[] tarball(String name, String version) {
    String address = version(name, version).path("dist").path("tarball").asString("");
    HttpResponse<byte[]> response = get(URI.create(address));
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  private static HttpResponse<byte[]> get(URI uri) {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
      return client.send(
          HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
