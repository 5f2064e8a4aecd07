package dev.opsagent.operations.image;

import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What resolving found; written to and read from the facts.
 *
 * @param url of the repository
 * @param commit the one to build
 * @param inputs digest over all that the image is made of
 * @param named id of the image that bears the name on the engine now
 * @param published digest that the name stands for in the registry now
 */
record Sight(
    String url,
    String branch,
    String commit,
    String inputs,
    Optional<String> named,
    Optional<String> published) {
  /** Output of the build: the image's id on the engine. */
  static final String ID = "image.id";

  /** Output of the push: the reference that nobody can move. */
  static final String PINNED = "image.pinned";

  private static final String URL = "image.source";
  private static final String BRANCH = "image.branch";
  private static final String COMMIT = "image.commit";
  private static final String INPUTS = "image.inputs";
  private static final String NAMED = "image.named";
  private static final String PUBLISHED = "image.published";

  private record Inputs(
      String commit,
      String dockerfile,
      String context,
      SortedMap<String, String> args,
      Optional<String> target) {}

  /** The digest of what an image is made of; the same inputs give the same image. */
  static String inputs(String commit, ImageParameters parameters) {
    return Digests.sha256(
        Json.canonical(
            new Inputs(
                commit,
                parameters.dockerfile(),
                parameters.context(),
                new TreeMap<>(parameters.args()),
                parameters.target())));
  }

  Facts facts() {
    Map<String, String> facts = new TreeMap<>();
    facts.put(URL, url);
    facts.put(BRANCH, branch);
    facts.put(COMMIT, commit);
    facts.put(INPUTS, inputs);
    named.ifPresent(id -> facts.put(NAMED, id));
    published.ifPresent(digest -> facts.put(PUBLISHED, digest));
    return Facts.of(facts);
  }

  /** What evidence must be about. */
  List<Subject> subjects() {
    return List.of(Subject.commit(url, commit));
  }

  static Sight of(Facts facts) {
    return new Sight(
        facts.get(URL),
        facts.get(BRANCH),
        facts.get(COMMIT),
        facts.get(INPUTS),
        facts.find(NAMED),
        facts.find(PUBLISHED));
  }
}
