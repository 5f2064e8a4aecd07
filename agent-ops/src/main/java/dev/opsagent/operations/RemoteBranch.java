package dev.opsagent.operations;

import java.util.Map;

/**
 * A branch of a remote, as it stood when it was looked up.
 *
 * @param head object id of the branch
 * @param refs all refs of the remote
 */
public record RemoteBranch(String url, String branch, String head, Map<String, String> refs) {
  public RemoteBranch {
    refs = Map.copyOf(refs);
  }
}
