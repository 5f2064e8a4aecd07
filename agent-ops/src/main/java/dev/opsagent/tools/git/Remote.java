package dev.opsagent.tools.git;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Repository.RemoteRefs;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.git.BoundCredentials.Known;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.URIish;

/** Speaks to remotes, with the login that is configured for each. */
final class Remote {
  private final Function<String, Optional<Login>> logins;
  private final Duration timeout;

  /**
   * @param timeout limit of a transfer, and of each silence in it
   */
  Remote(Function<String, Optional<Login>> logins, Duration timeout) {
    this.logins = logins;
    this.timeout = timeout;
  }

  /** What is done over one connection. */
  interface Talk<T> {
    Answer<T> over(Transport transport, Patience patience) throws IOException;
  }

  /**
   * Opens the transport that belongs to the address and to no other, and closes it afterwards.
   *
   * @param local the repository on this side
   */
  <T> Answer<T> talk(String action, String url, Repository local, Talk<T> talk) {
    return RemoteUrl.parse(url)
        .then(remote -> checked(action, url, remote))
        .then(uri ->
            "file".equals(uri.getScheme())
                ? talk(action, uri, Optional.empty(), local, talk)
                : Known.of(logins.apply(url)).then(login -> talk(action, uri, login, local, talk)));
  }

  private <T> Answer<T> talk(
      String action, URIish uri, Optional<Known> login, Repository local, Talk<T> talk) {
    try (Transport transport = Transport.open(local, uri)) {
      transport.setTimeout(Math.max(1, Math.toIntExact(timeout.toSeconds())));
      if (!"file".equals(uri.getScheme())) {
        transport.setCredentialsProvider(new BoundCredentials(uri, login));
      }
      return talk.over(transport, new Patience(timeout));
    } catch (IOException | UnsupportedOperationException e) {
      return new Answer.No<>(GitFailures.of(action, e));
    }
  }

  private Answer<URIish> checked(String action, String url, RemoteUrl remote) {
    return switch (remote) {
      case RemoteUrl.Web web when !web.takesCredentials() && logins.apply(url).isPresent() ->
          new Answer.No<>(
              Failure.of(
                  ReasonCode.CONFIGURATION,
                  action,
                  "its credential would cross the network in clear text",
                  "use an https address"));
      case RemoteUrl.Web web -> new Answer.Ok<>(web.uriish());
      case RemoteUrl.Folder folder -> checkedFolder(action, folder);
    };
  }

  private static Answer<URIish> checkedFolder(String action, RemoteUrl.Folder folder) {
    try {
      if (!Files.isDirectory(folder.gitDir().resolve("objects"))) {
        return no(action, "no git repository is there", "check the path");
      }
      Optional<String> fault = GitFolders.formatFault(folder.gitDir());
      return fault.isPresent()
          ? no(action, fault.get(), "use a repository in the plain format")
          : new Answer.Ok<>(folder.uriish());
    } catch (IOException e) {
      return new Answer.No<>(GitFailures.of(action, e));
    }
  }

  Answer<RemoteRefs> refs(String action, String url, Repository local) {
    return talk(
        action,
        url,
        local,
        (transport, patience) -> {
          try (FetchConnection connection = transport.openFetch()) {
            return new Answer.Ok<>(refs(connection.getRefsMap()));
          }
        });
  }

  static RemoteRefs refs(Map<String, Ref> advertised) {
    Map<String, String> refs = new HashMap<>();
    advertised.forEach((name, ref) -> add(refs, name, ref));
    refs.remove("HEAD");
    Optional<String> head =
        Optional.ofNullable(advertised.get("HEAD"))
            .filter(Ref::isSymbolic)
            .map(ref -> ref.getTarget().getName());
    return new RemoteRefs(head, refs);
  }

  private static void add(Map<String, String> refs, String name, Ref ref) {
    Optional.ofNullable(ref.getObjectId()).ifPresent(id -> refs.put(name, ObjectId.toString(id)));
    Optional.ofNullable(ref.getPeeledObjectId())
        .ifPresent(id -> refs.put(name + "^{}", ObjectId.toString(id)));
  }

  /** Fetches one branch, and the tags on it, into the tracking ref of origin. */
  Answer<Boolean> fetch(String action, String url, Repository local, String branch) {
    RefSpec spec = new RefSpec("+refs/heads/" + branch + ":refs/remotes/origin/" + branch);
    return talk(
        action,
        url,
        local,
        (transport, patience) -> {
          transport.setTagOpt(TagOpt.AUTO_FOLLOW);
          transport.setCheckFetchedObjects(true);
          transport.fetch(patience, List.of(spec));
          return new Answer.Ok<>(true);
        });
  }

  private static <T> Answer<T> no(String action, String cause, String fix) {
    return new Answer.No<>(GitFailures.precondition(action, cause, fix));
  }
}
