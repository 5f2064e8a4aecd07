package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The objects of a target as they are in the cluster. What is not ours is never deleted. */
record BundleObjects(String target, Cluster cluster) {
  /** The most that a name of an object has; that of a rehearsal ends in a dash and {@link #DRY}. */
  private static final int LONGEST_NAME = 50;

  private static final String DRY = "-rehearsed";

  /** How the annotations begin that controllers write on what they look after. */
  private static final List<String> CONTROLLERS =
      List.of("deployment.kubernetes.io/", "rollout.argoproj.io/", "argo-rollouts.argoproj.io/");

  /** Those that are there. */
  Answer<List<HasMetadata>> there(Collection<Named> names) {
    return each(names, it -> cluster.find(it.kind(), it.name()))
        .map(found -> found.stream().flatMap(Optional::stream).toList());
  }

  /** Those that are there, and that this agent did not make for the target. */
  Answer<List<HasMetadata>> foreign(Collection<Named> names) {
    return there(names)
        .map(found -> found.stream().filter(it -> !Marks.areOf(target, it)).toList());
  }

  /** Who writes an object, by what the cluster keeps of that. */
  static String managed(HasMetadata object) {
    List<ManagedFieldsEntry> fields =
        Optional.ofNullable(object.getMetadata().getManagedFields()).orElse(List.of());
    String managers =
        fields.stream()
            .map(ManagedFieldsEntry::getManager)
            .filter(Objects::nonNull)
            .distinct()
            .collect(Collectors.joining(", "));
    return managers.isEmpty()
        ? Named.of(object).toString()
        : "%s (managed by %s)".formatted(Named.of(object), managers);
  }

  /** An object as somebody could apply it again. */
  static HasMetadata applicable(HasMetadata live) {
    Map<String, Object> tree = new HashMap<>(tree(live));
    tree.remove("status");
    HasMetadata plain = Serialization.unmarshal(Serialization.asJson(tree), live.getClass());
    ObjectMeta metadata = live.getMetadata();
    plain.setMetadata(
        new ObjectMetaBuilder()
            .withName(metadata.getName())
            .withNamespace(metadata.getNamespace())
            .withLabels(metadata.getLabels())
            .withAnnotations(annotations(metadata))
            .build());
    return plain;
  }

  /** Without what controllers and tools keep there for themselves. */
  private static Map<String, String> annotations(ObjectMeta metadata) {
    Map<String, String> all =
        new HashMap<>(Optional.ofNullable(metadata.getAnnotations()).orElse(Map.of()));
    all.keySet().removeIf(it -> CONTROLLERS.stream().anyMatch(it::startsWith));
    all.remove("kubectl.kubernetes.io/last-applied-configuration");
    return all;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> tree(HasMetadata object) {
    return Serialization.unmarshal(Serialization.asJson(object), Map.class);
  }

  /**
   * Asks the server for all that it would refuse. Changes nothing.
   *
   * @param taken those that are taken over
   */
  Answer<Boolean> rehearse(List<HasMetadata> objects, Set<Named> taken) {
    return each(objects, it -> rehearsed(it, taken)).map(done -> true);
  }

  /** What the server would make of one. */
  Answer<HasMetadata> rehearsed(HasMetadata object, Set<Named> taken) {
    return cluster.rehearse(rehearsed(object), taken.contains(Named.of(object)));
  }

  /** A Job is made anew and not changed, so another one stands for it. */
  private static HasMetadata rehearsed(HasMetadata object) {
    if (Named.of(object).kind() != ManifestKind.JOB) {
      return object;
    }
    HasMetadata other = Serialization.clone(object);
    String name = object.getMetadata().getName();
    other.getMetadata().setName(name.substring(0, Math.min(LONGEST_NAME, name.length())) + DRY);
    return other;
  }

  /**
   * Applies them in their order.
   *
   * @param taken those that are taken over
   */
  Answer<Boolean> apply(List<HasMetadata> objects, Set<Named> taken) {
    return each(objects, it -> apply(it, taken.contains(Named.of(it)))).map(done -> true);
  }

  private Answer<Boolean> apply(HasMetadata object, boolean taken) {
    Named named = Named.of(object);
    if (named.kind() != ManifestKind.JOB) {
      return taken ? cluster.takeOver(object) : cluster.apply(object);
    }
    return cluster
        .find(named.kind(), named.name())
        .then(found ->
            found.filter(it -> sameWork(it, object)).isPresent()
                ? new Answer.Ok<>(true)
                : anew(object, found.isPresent()));
  }

  private static boolean sameWork(HasMetadata live, HasMetadata object) {
    return Marks.madeOf(live).isPresent() && Marks.madeOf(live).equals(Marks.madeOf(object));
  }

  private Answer<Boolean> anew(HasMetadata job, boolean there) {
    Named named = Named.of(job);
    Answer<Boolean> gone =
        there ? cluster.delete(named.kind(), named.name()) : new Answer.Ok<>(true);
    return gone.then(done -> cluster.apply(job));
  }

  /** Deletes those that are ours, what was applied last first; claims keep their data for ever. */
  Answer<Boolean> delete(Collection<Named> names) {
    return ours(names)
        .then(found -> each(found, it -> cluster.delete(it.kind(), it.name())))
        .map(done -> true);
  }

  /** Those that are there, ours and no claims; what was applied last comes first. */
  Answer<List<Named>> ours(Collection<Named> names) {
    List<Named> order =
        names.stream()
            .filter(it -> it.kind() != ManifestKind.PERSISTENT_VOLUME_CLAIM)
            .sorted(Comparator.reverseOrder())
            .toList();
    return there(order)
        .map(found -> found.stream().filter(it -> Marks.areOf(target, it)).map(Named::of).toList());
  }

  /** All answers in order, or the first failure. */
  static <T, R> Answer<List<R>> each(Collection<T> all, Function<T, Answer<R>> question) {
    List<R> answers = new ArrayList<>();
    for (T one : all) {
      switch (question.apply(one)) {
        case Answer.Ok<R> ok -> answers.add(ok.value());
        case Answer.No<R> no -> {
          return new Answer.No<>(no.failure());
        }
      }
    }
    return new Answer.Ok<>(List.copyOf(answers));
  }
}
