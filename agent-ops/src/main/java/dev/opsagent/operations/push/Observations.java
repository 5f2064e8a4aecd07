package dev.opsagent.operations.push;

import dev.opsagent.operations.Health;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What resolving a push found; written to and read from the facts.
 *
 * @param url of the remote, without credentials
 * @param base the commit that the branch of the remote stood at
 * @param next the version to release
 * @param releaseFiles the files whose version the release raises
 * @param scripts the package's scripts to run, in order
 * @param install whether its dependencies are installed before that
 * @param account whom the registry takes us for
 * @param previous the version that the dist-tag named
 * @param running what ran on the target
 * @param health how the deployment proves that it serves; absent: as the task says
 * @param at the release's time, in whole seconds
 */
record Observations(
    String url,
    String branch,
    String base,
    String packageName,
    String current,
    String next,
    List<String> releaseFiles,
    List<String> scripts,
    boolean install,
    Optional<String> account,
    Optional<String> previous,
    Optional<Before> running,
    Optional<Health> health,
    Instant at) {
  private static final String AT = "release.at";
  private static final String HEALTH = "service.health";
  private static final String BRANCH_PREFIX = "refs/heads/";
  private static final String TAG_PREFIX = "refs/tags/";

  Observations {
    releaseFiles = List.copyOf(releaseFiles);
    scripts = List.copyOf(scripts);
  }

  /**
   * What ran on the target before.
   *
   * @param taskId the task that had deployed it
   */
  record Before(String version, String digest, String taskId) {}

  /** The git tag of the release. */
  String tag() {
    return "v" + next;
  }

  String branchRef() {
    return BRANCH_PREFIX + branch;
  }

  String tagRef() {
    return TAG_PREFIX + tag();
  }

  /** {@code name@version}. */
  String coordinates() {
    return packageName + "@" + next;
  }

  Facts facts() {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put("repository.url", url);
    facts.put("repository.branch", branch);
    facts.put("repository.base", base);
    facts.put("package.name", packageName);
    facts.put("package.scripts", String.join("\n", scripts));
    facts.put("package.install", String.valueOf(install));
    facts.put("release.current", current);
    facts.put("release.version", next);
    facts.put("release.tag", tag());
    facts.put("release.files", String.join("\n", releaseFiles));
    facts.put(AT, at.toString());
    account.ifPresent(value -> facts.put("registry.account", value));
    previous.ifPresent(value -> facts.put("registry.previous", value));
    running.ifPresent(before -> {
      facts.put("running.version", before.version());
      facts.put("running.digest", before.digest());
      facts.put("running.task", before.taskId());
    });
    health.ifPresent(it -> facts.put(HEALTH, new String(Json.write(it), StandardCharsets.UTF_8)));
    return new Facts(facts);
  }

  /**
   * The facts that decide the plan: a dry run and its real run, made at another time, are equal.
   */
  Facts decisive() {
    SortedMap<String, String> facts = new TreeMap<>(facts().values());
    facts.remove(AT);
    return new Facts(facts);
  }

  /** What evidence must be about. */
  List<Subject> subjects() {
    return List.of(Subject.commit(url, base));
  }

  static Observations of(Facts facts) {
    return new Observations(
        facts.get("repository.url"),
        facts.get("repository.branch"),
        facts.get("repository.base"),
        facts.get("package.name"),
        facts.get("release.current"),
        facts.get("release.version"),
        lines(facts.get("release.files")),
        lines(facts.get("package.scripts")),
        Boolean.parseBoolean(facts.get("package.install")),
        facts.find("registry.account"),
        facts.find("registry.previous"),
        facts
            .find("running.digest")
            .map(digest ->
                new Before(facts.get("running.version"), digest, facts.get("running.task"))),
        facts
            .find(HEALTH)
            .map(json ->
                Json.readAcrossReleases(json.getBytes(StandardCharsets.UTF_8), Health.class)),
        Instant.parse(facts.get(AT)));
  }

  private static List<String> lines(String text) {
    return text.lines().toList();
  }
}
