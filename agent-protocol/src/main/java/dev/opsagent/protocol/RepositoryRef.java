package dev.opsagent.protocol;

import java.util.Optional;

/**
 * The repository that a task works on.
 *
 * @param url a remote URL, or, for environment {@code local}, a folder ({@code file:} URL or
 *     absolute path)
 * @param ref branch or tag; the remote's default branch when absent
 * @param commit full object id that the ref is expected to stand at; refused when it does not
 */
public record RepositoryRef(String url, Optional<String> ref, Optional<String> commit) {
  public RepositoryRef {
    Checks.text("repository.url", url, 2048);
    ref.ifPresent(value -> Checks.text("repository.ref", value, 255));
    commit.ifPresent(value -> Checks.matches("repository.commit", value, Checks.COMMIT));
  }
}
