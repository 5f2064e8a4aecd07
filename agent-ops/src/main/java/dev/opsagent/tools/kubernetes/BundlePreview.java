package dev.opsagent.tools.kubernetes;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Printable;
import dev.opsagent.outside.ServiceRuntime.Difference;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells what would become of a target's objects, by what the server says that it would make of
 * them.
 *
 * @param name of the target's service
 */
record BundlePreview(String name, Cluster cluster, BundleObjects objects, Printable said) {
  private static final int FIELDS = 4;

  /** One line for each object that would be made, changed or deleted. */
  Answer<List<String>> of(BundleIntent intent) {
    return objects
        .foreign(intent.current().names())
        .map(others -> others.stream().map(Named::of).collect(Collectors.toSet()))
        .then(taken ->
            new ArgoServices(cluster)
                .kept(new Marks(name, intent).objects())
                .then(marked -> BundleObjects.each(marked, it -> told(it, taken))))
        .then(told ->
            objects
                .ours(intent.leaving())
                .map(gone -> lines(told.stream().flatMap(Optional::stream).toList(), gone)));
  }

  private static List<String> lines(List<String> told, List<Named> gone) {
    List<String> lines = new ArrayList<>(told);
    gone.forEach(it -> lines.add(it + " is deleted"));
    return List.copyOf(lines);
  }

  private Answer<Optional<String>> told(HasMetadata object, Set<Named> taken) {
    Named named = Named.of(object);
    return objects
        .rehearsed(object, taken)
        .then(applied ->
            named.kind() == ManifestKind.JOB
                ? new Answer.Ok<>(Optional.of(named + " is run"))
                : cluster.find(named.kind(), named.name()).map(live -> told(live, applied)));
  }

  private Optional<String> told(Optional<HasMetadata> live, HasMetadata applied) {
    Named named = Named.of(applied);
    if (live.isEmpty()) {
      return Optional.of(named + " is made");
    }
    List<String> fields =
        BundleDrift.between(live.get(), applied, said).stream()
            .map(Difference::field)
            .map(it -> it.substring(named.toString().length() + 2))
            .filter(it -> !it.contains(Intent.PREFIX))
            .toList();
    boolean replaced = !Marks.madeOf(live.get()).equals(Marks.madeOf(applied));
    if (fields.isEmpty()) {
      return replaced
          ? Optional.of("the pods of %s are replaced".formatted(named))
          : Optional.empty();
    }
    String more = fields.size() > FIELDS ? ", and %d more".formatted(fields.size() - FIELDS) : "";
    String some = fields.stream().limit(FIELDS).collect(Collectors.joining(", "));
    return Optional.of(said.line("%s is changed: %s%s".formatted(named, some, more)));
  }
}
