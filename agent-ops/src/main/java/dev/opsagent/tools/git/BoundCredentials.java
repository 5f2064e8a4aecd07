package dev.opsagent.tools.git;

import dev.opsagent.outside.Answer;
import java.util.Optional;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;

/**
 * Gives a login to the one remote that it was configured for, once: asking again means refused.
 * Holds it for one conversation.
 */
final class BoundCredentials extends CredentialsProvider {
  private final URIish remote;
  private final Optional<Known> login;
  private boolean given;

  /** A user, with the password as it is now. */
  record Known(String user, String password) {
    static Answer<Optional<Known>> of(Optional<Login> login) {
      return login
          .map(it -> it.secret().get().map(password -> Optional.of(new Known(it.user(), password))))
          .orElseGet(() -> new Answer.Ok<>(Optional.empty()));
    }

    @Override
    public String toString() {
      return user;
    }
  }

  BoundCredentials(URIish remote, Optional<Known> login) {
    this.remote = remote;
    this.login = login;
  }

  @Override
  public boolean isInteractive() {
    return false;
  }

  @Override
  public boolean supports(CredentialItem... items) {
    for (CredentialItem item : items) {
      if (!(item instanceof CredentialItem.Username || item instanceof CredentialItem.Password)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean get(URIish uri, CredentialItem... items) {
    if (given || login.isEmpty() || !sameOrigin(uri) || !supports(items)) {
      return false;
    }
    for (CredentialItem item : items) {
      fill(item, login.get());
    }
    given = true;
    return true;
  }

  private static void fill(CredentialItem item, Known login) {
    if (item instanceof CredentialItem.Username user) {
      user.setValue(login.user());
    }
    if (item instanceof CredentialItem.Password password) {
      password.setValue(login.password().toCharArray());
    }
  }

  private boolean sameOrigin(URIish uri) {
    return remote.getScheme().equals(uri.getScheme())
        && remote.getHost().equalsIgnoreCase(uri.getHost())
        && remote.getPort() == uri.getPort();
  }
}
