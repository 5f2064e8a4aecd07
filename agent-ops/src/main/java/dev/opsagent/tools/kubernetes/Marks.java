package dev.opsagent.tools.kubernetes;

import dev.opsagent.protocol.Digests;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What this agent writes on the objects of a release besides what the repository says: whose they
 * are, and on pods what they were made of. Pods are replaced when that changes, by the release, by
 * a ConfigMap of it, or by a restart; those of a Job with each task.
 *
 * @param name of the target's service
 */
record Marks(String name, BundleIntent intent) {
  static final String SERVICE = Intent.PREFIX + "service";
  static final String MADE_OF = Intent.PREFIX + "made-of";

  /** By this a repository says that a Job changes data, which nothing takes back. */
  static final String MIGRATION = Intent.PREFIX + "migration";

  /** The one value of {@link #MIGRATION}. */
  static final String IS_ONE = "true";

  /** How the objects of the target are found. */
  static Map<String, String> labels(String name) {
    return Map.of(SERVICE, name, Manifests.MANAGED_BY, Manifests.OPS_AGENT);
  }

  /** Whether an object was made for the target. */
  static boolean areOf(String target, HasMetadata object) {
    ObjectMeta metadata = object.getMetadata();
    return target.equals(of(metadata.getAnnotations()).get(Intent.TARGET))
        && of(metadata.getLabels()).containsKey(SERVICE);
  }

  /** Whether an object was made for any target. */
  static boolean areOfAny(HasMetadata object) {
    return of(object.getMetadata().getAnnotations()).containsKey(Intent.TARGET);
  }

  /** Whether a repository says of an object that it changes data. */
  static boolean areOfMigration(HasMetadata object) {
    return IS_ONE.equals(of(object.getMetadata().getAnnotations()).get(MIGRATION));
  }

  /** What the pods of a workload are made of. */
  static Optional<String> madeOf(HasMetadata workload) {
    return Seen.template(workload)
        .map(PodTemplateSpec::getMetadata)
        .map(it -> of(it.getAnnotations()).get(MADE_OF));
  }

  /** Whether a pod is made of what a workload makes its pods of now. */
  static boolean areMadeOf(HasMetadata workload, Pod pod) {
    String madeOf = of(pod.getMetadata().getAnnotations()).get(MADE_OF);
    return madeOf(workload).filter(it -> it.equals(madeOf)).isPresent();
  }

  /** All objects as they are applied. */
  List<HasMetadata> objects() {
    return intent.current().objects().stream().map(this::marked).toList();
  }

  /** Whether the metadata is that of a pod, or of a set of pods, of the release. */
  boolean areOn(ObjectMeta metadata) {
    return origins().contains(of(metadata.getAnnotations()).getOrDefault(MADE_OF, ""));
  }

  /** Whether the pods that a workload makes are those of the release. */
  boolean areOnPodsOf(HasMetadata workload) {
    return madeOf(workload).filter(origins()::contains).isPresent();
  }

  private Set<String> origins() {
    return intent.current().objects().stream()
        .filter(it -> Seen.template(it).isPresent())
        .map(this::origin)
        .collect(Collectors.toUnmodifiableSet());
  }

  private HasMetadata marked(HasMetadata object) {
    HasMetadata marked = Serialization.clone(object);
    ObjectMeta metadata = marked.getMetadata();
    metadata.setLabels(with(metadata.getLabels(), labels(name)));
    metadata.setAnnotations(
        with(metadata.getAnnotations(), Map.of(Intent.TARGET, intent.target())));
    Seen.template(marked).ifPresent(template -> mark(template, origin(object)));
    return marked;
  }

  private void mark(PodTemplateSpec template, String origin) {
    ObjectMeta metadata = Optional.ofNullable(template.getMetadata()).orElseGet(ObjectMeta::new);
    Map<String, String> annotations = new HashMap<>(Map.of(MADE_OF, origin));
    intent.restartedAt().ifPresent(at -> annotations.put(Intent.RESTARTED, at));
    metadata.setLabels(with(metadata.getLabels(), labels(name)));
    metadata.setAnnotations(with(metadata.getAnnotations(), annotations));
    template.setMetadata(metadata);
    template.getSpec().setAutomountServiceAccountToken(false);
  }

  private String origin(HasMetadata workload) {
    String settings =
        intent.current().objects().stream()
            .filter(ConfigMap.class::isInstance)
            .map(Serialization::asJson)
            .collect(Collectors.joining());
    String task = workload instanceof Job ? intent.current().taskId() : "";
    return Digests.sha256(
        String.join(
            "\n",
            Named.of(workload).toString(),
            Serialization.asJson(Seen.template(workload).orElseThrow()),
            settings,
            task,
            intent.restartedAt().orElse("")));
  }

  private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(of(some));
    all.putAll(more);
    return all;
  }

  private static Map<String, String> of(Map<String, String> some) {
    return Optional.ofNullable(some).orElse(Map.of());
  }
}
