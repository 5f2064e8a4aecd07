package dev.opsagent.tools.git;

import java.util.Optional;
import org.eclipse.jgit.transport.CredentialItem;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.URIish;

/** Gives a login to the one remote that it was configured for, once: asking again means refused. */
final class BoundCredentials extends CredentialsProvider {
  private final URIish remote;
  private final Optional<Login> login;
  private boolean given;

  BoundCredentials(URIish remote, Optional<Login> login) {
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

  private static void fill(CredentialItem item, Login login) {
    if (item instanceof CredentialItem.Username user) {
      user.setValue(login.user());
    }
    if (item instanceof CredentialItem.Password password) {
      password.setValue(login.secret().get().toCharArray());
    }
  }

  private boolean sameOrigin(URIish uri) {
    return remote.getScheme().equals(uri.getScheme())
        && remote.getHost().equalsIgnoreCase(uri.getHost())
        && remote.getPort() == uri.getPort();
  }
}
