package dev.opsagent.tools.kubernetes;

import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What should run for a target, as it is written on its Deployment and applied with it in one call:
 * the release, and the one before that can be gone back to.
 *
 * @param target whose Deployment it is
 * @param recipe the release
 * @param previous the last release before it that had rolled out
 * @param takenBack digest of the release that a rollback took away: of two releases with the same
 *     bytes, the digest alone could not tell that this was done
 * @param proved whether the release has rolled out; only then is it kept to be gone back to
 * @param replicas 0 when it is stopped
 * @param restartedAt when it was last restarted
 */
record Intent(
    String target,
    Recipe recipe,
    Optional<Recipe> previous,
    Optional<String> takenBack,
    boolean proved,
    int replicas,
    Optional<String> restartedAt) {
  static final String PREFIX = "dev.opsagent/";
  static final String TARGET = PREFIX + "target";
  static final String DIGEST = PREFIX + "digest";
  static final String TASK = PREFIX + "task";

  /** The annotation by which the field's own tools restart pods. */
  static final String RESTARTED = "kubectl.kubernetes.io/restartedAt";

  /** Of all annotations of an object together a server takes 256 KiB. */
  private static final int MOST_BYTES = 200 << 10;

  private static final String VERSION = PREFIX + "version";
  private static final String PREVIOUS = PREFIX + "previous";
  private static final String RELEASE = PREFIX + "release";
  private static final String BEFORE = PREFIX + "release-before";
  private static final String TAKEN_BACK = PREFIX + "taken-back";
  private static final String PROVED = PREFIX + "proved";

  /** What is to run first, or in the place of what runs. */
  static Intent next(String target, Recipe recipe, Optional<Intent> current) {
    Optional<Recipe> before =
        current.flatMap(it ->
            it.proved() && !it.recipe().isSameAs(recipe)
                ? Optional.of(it.recipe())
                : it.previous());
    Recipe next = scaledAsBefore(recipe, current.map(Intent::recipe));
    int count = next.beginsWith(current.map(Intent::replicas).orElse(1));
    return new Intent(
        target, next.times(count), before, Optional.empty(), false, count, Optional.empty());
  }

  /** What a release leaves open stays as it was: how many there are, and who says so. */
  private static Recipe scaledAsBefore(Recipe recipe, Optional<Recipe> before) {
    if (recipe.replicas().isPresent() || recipe.autoscaling().isPresent()) {
      return recipe;
    }
    return recipe
        .times(before.map(Recipe::count).orElse(1))
        .following(before.flatMap(Recipe::autoscaling));
  }

  /** The release before; empty when there is none. */
  Optional<Intent> back() {
    return previous.map(before ->
        new Intent(
            target,
            before,
            Optional.empty(),
            Optional.of(recipe.digest()),
            false,
            before.beginsWith(replicas),
            Optional.empty()));
  }

  Intent restarted(String task, String at) {
    return new Intent(
        target,
        recipe.by(task),
        previous,
        takenBack,
        false,
        recipe.beginsWith(replicas),
        Optional.of(at));
  }

  /** The same with so many pods, also after a stop. */
  Intent times(int count) {
    return new Intent(target, recipe.times(count), previous, takenBack, proved, count, restartedAt);
  }

  Intent scaled(int to) {
    return new Intent(target, recipe, previous, takenBack, proved, to, restartedAt);
  }

  Intent rolledOut() {
    return new Intent(target, recipe, previous, takenBack, true, replicas, restartedAt);
  }

  /** Whether an autoscaler says how many pods there are; of what is stopped, none does. */
  boolean isAutoscaled() {
    return recipe.autoscaling().isPresent() && replicas > 0;
  }

  /** Whether a server takes it. */
  boolean fits() {
    return json(recipe).length() + previous.map(it -> json(it).length()).orElse(0) <= MOST_BYTES;
  }

  Map<String, String> annotations() {
    Map<String, String> all = new TreeMap<>(fence());
    all.put(TARGET, target);
    all.put(VERSION, recipe.version());
    all.put(RELEASE, json(recipe));
    all.put(PROVED, Boolean.toString(proved));
    previous.ifPresent(before -> {
      all.put(PREVIOUS, before.version());
      all.put(BEFORE, json(before));
    });
    takenBack.ifPresent(digest -> all.put(TAKEN_BACK, digest));
    return all;
  }

  /** What its pods bear, by which they are told from those of other releases. */
  Map<String, String> podAnnotations() {
    Map<String, String> all = new TreeMap<>(fence());
    restartedAt.ifPresent(at -> all.put(RESTARTED, at));
    return all;
  }

  private Map<String, String> fence() {
    return Map.of(DIGEST, recipe.digest(), TASK, recipe.taskId());
  }

  /** Whether the metadata is that of a pod, or of a set of pods, of this release. */
  boolean isOf(ObjectMeta metadata) {
    return annotations(metadata).entrySet().containsAll(podAnnotations().entrySet());
  }

  /** What is waited for, of the Deployment's name. */
  Rollout.Wanted wanted(String name) {
    return new Rollout.Wanted(
        recipe.version(),
        target,
        recipe.timeout(),
        Set.of(new Named(ManifestKind.DEPLOYMENT, name)),
        this::isOf);
  }

  /** Empty when a Deployment bears no such annotations, or some that cannot be read. */
  static Optional<Intent> of(Deployment deployment) {
    Map<String, String> all = annotations(deployment.getMetadata());
    Optional<Recipe> recipe = recipe(all, RELEASE);
    if (recipe.isEmpty() || recipe(all, BEFORE).isPresent() != all.containsKey(BEFORE)) {
      return Optional.empty();
    }
    ObjectMeta pods = deployment.getSpec().getTemplate().getMetadata();
    return Optional.of(
        new Intent(
            all.getOrDefault(TARGET, ""),
            recipe.get(),
            recipe(all, BEFORE),
            Optional.ofNullable(all.get(TAKEN_BACK)),
            Boolean.parseBoolean(all.get(PROVED)),
            Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1),
            Optional.ofNullable(annotations(pods).get(RESTARTED))));
  }

  private static Map<String, String> annotations(ObjectMeta metadata) {
    return Optional.ofNullable(metadata).map(ObjectMeta::getAnnotations).orElse(Map.of());
  }

  private static String json(Recipe recipe) {
    return new String(Json.write(recipe), StandardCharsets.UTF_8);
  }

  private static Optional<Recipe> recipe(Map<String, String> annotations, String name) {
    try {
      return Optional.ofNullable(annotations.get(name))
          .map(it -> Json.readAcrossReleases(it.getBytes(StandardCharsets.UTF_8), Recipe.class));
    } catch (InvalidMessage e) {
      return Optional.empty();
    }
  }
}
