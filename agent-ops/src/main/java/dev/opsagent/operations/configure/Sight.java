package dev.opsagent.operations.configure;

import dev.opsagent.operations.RemoteBranch;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Deliverable.ConfigurationChange;
import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was seen before the plan; written to and read from the facts.
 *
 * @param url of the remote, without credentials
 * @param base the commit that the branch of the remote stood at
 * @param changed whether the file must be changed
 * @param change what the report tells
 * @param at the commit's time, in whole seconds
 */
record Sight(
    String url,
    String branch,
    String base,
    boolean changed,
    ConfigurationChange change,
    Instant at) {
  /** Output of the commit: its object id. */
  static final String COMMIT = "settings.commit";

  private static final String URL = "repository.url";
  private static final String BRANCH = "repository.branch";
  private static final String BASE = "repository.base";
  private static final String CHANGED = "settings.changed";
  private static final String CHANGE = "settings.change";
  private static final String AT = "settings.at";

  static Sight of(RemoteBranch remote, boolean changed, ConfigurationChange change, Instant at) {
    return new Sight(remote.url(), remote.branch(), remote.head(), changed, change, at);
  }

  String branchRef() {
    return "refs/heads/" + branch;
  }

  Facts facts() {
    return Facts.of(
        Map.of(
            URL,
            url,
            BRANCH,
            branch,
            BASE,
            base,
            CHANGED,
            String.valueOf(changed),
            CHANGE,
            new String(Json.write(change), StandardCharsets.UTF_8),
            AT,
            at.toString()));
  }

  /**
   * The facts that decide the plan: a dry run and its real run, made at another time, are equal.
   */
  static Facts decisive(Facts facts) {
    SortedMap<String, String> decisive = new TreeMap<>(facts.values());
    decisive.remove(AT);
    return new Facts(decisive);
  }

  /** What evidence must be about. */
  List<Subject> subjects() {
    return List.of(Subject.commit(url, base));
  }

  static Sight of(Facts facts) {
    byte[] change = facts.get(CHANGE).getBytes(StandardCharsets.UTF_8);
    return new Sight(
        facts.get(URL),
        facts.get(BRANCH),
        facts.get(BASE),
        Boolean.parseBoolean(facts.get(CHANGED)),
        Json.readAcrossReleases(change, ConfigurationChange.class),
        Instant.parse(facts.get(AT)));
  }
}
