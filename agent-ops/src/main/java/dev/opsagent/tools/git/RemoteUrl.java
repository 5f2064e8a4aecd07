package dev.opsagent.tools.git;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.transport.URIish;

/**
 * The address of a remote: {@code https}, {@code http}, or a folder of this machine ({@code file}
 * URL or absolute path). A credential travels over {@code https}, or over {@code http} to this
 * machine.
 */
sealed interface RemoteUrl {
  /** A remote that is spoken to over HTTP. */
  record Web(URI uri) implements RemoteUrl {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    boolean takesCredentials() {
      return "https".equals(uri.getScheme())
          || LOOPBACK.contains(uri.getHost().toLowerCase(Locale.ROOT));
    }
  }

  /** A remote in a folder. */
  record Folder(Path path) implements RemoteUrl {
    Path gitDir() {
      return isWorkingFolder() ? GitFolders.gitDir(path) : path;
    }

    boolean isWorkingFolder() {
      return Files.exists(GitFolders.gitDir(path));
    }
  }

  static Answer<RemoteUrl> parse(String url) {
    if (url.isEmpty() || url.length() > 2048 || url.chars().anyMatch(c -> c <= ' ' || c == 127)) {
      return refused("it is empty, too long, or holds blanks or control characters");
    }
    if (url.startsWith("-")) {
      return refused("it begins with a dash and would be an option");
    }
    if (url.startsWith("/")) {
      return folder(url);
    }
    try {
      return parse(new URI(url));
    } catch (URISyntaxException e) {
      return refused("it is no URL; an address like host:path is ssh, for which there is no key");
    }
  }

  private static Answer<RemoteUrl> parse(URI uri) {
    String scheme = Optional.ofNullable(uri.getScheme()).orElse("");
    return switch (scheme) {
      case "https", "http" -> web(uri);
      case "file" -> fileUrl(uri);
      case "ssh", "git+ssh", "sftp" -> refused("there is no key for ssh");
      case "" -> refused("a folder is named by its absolute path");
      default -> refused("the transport " + scheme + " is not used");
    };
  }

  private static Answer<RemoteUrl> web(URI uri) {
    if (uri.getHost() == null) {
      return refused("it names no host");
    }
    if (uri.getRawUserInfo() != null) {
      return refused("it holds a user or a secret; configure a credential for it");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      return refused("it holds a query or a fragment");
    }
    return new Answer.Ok<>(new Web(uri));
  }

  private static Answer<RemoteUrl> fileUrl(URI uri) {
    String host = Optional.ofNullable(uri.getAuthority()).orElse("");
    boolean local = host.isEmpty() || host.equals("localhost");
    String path = Optional.ofNullable(uri.getPath()).orElse("");
    return local && path.startsWith("/")
        ? folder(path)
        : refused("a file URL names an absolute path of this machine");
  }

  private static Answer<RemoteUrl> folder(String path) {
    try {
      return new Answer.Ok<>(new Folder(Path.of(path).normalize()));
    } catch (InvalidPathException e) {
      return refused("it is no path");
    }
  }

  private static Answer<RemoteUrl> refused(String cause) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.INVALID_PARAMETERS,
            "use the address of the repository",
            cause,
            "give an https URL, or the absolute path of a folder"));
  }

  /** As JGit takes it, past its own guesses. */
  default URIish uriish() {
    return switch (this) {
      case Web(URI uri) -> http(uri);
      case Folder(Path path) -> new URIish().setScheme("file").setPath(path.toString());
    };
  }

  private static URIish http(URI uri) {
    try {
      return new URIish(uri.toString());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a URI is one for JGit as well", e);
    }
  }
}
