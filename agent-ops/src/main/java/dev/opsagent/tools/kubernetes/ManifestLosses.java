package dev.opsagent.tools.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeResourceRequirements;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells in words which data a release would lose: storage that goes, shrinks or is replaced, and a
 * StatefulSet that goes, since one of another name begins with empty storage. So it does of a
 * migration, which each deployment runs, and no rollback undoes.
 */
final class ManifestLosses {
  private final Map<String, HasMetadata> next;

  private ManifestLosses(Map<String, HasMetadata> next) {
    this.next = next;
  }

  /**
   * What is lost, in the order of what is there, and what is migrated; empty when nothing is.
   *
   * @param now the target's objects as the cluster has them
   * @param next all objects of the release
   */
  static List<String> of(List<HasMetadata> now, List<HasMetadata> next) {
    ManifestLosses losses =
        new ManifestLosses(
            next.stream().collect(Collectors.toMap(ManifestLosses::name, Function.identity())));
    return Stream.concat(
            now.stream().flatMap(losses::of),
            next.stream().filter(Marks::areOfMigration).map(ManifestLosses::migrated))
        .toList();
  }

  private static String migrated(HasMetadata job) {
    return name(job) + " migrates data, which a rollback does not undo";
  }

  private Stream<String> of(HasMetadata now) {
    return switch (now) {
      case PersistentVolumeClaim claim ->
          next(claim, PersistentVolumeClaim.class)
              .map(it -> storage(name(claim), claim.getSpec(), it.getSpec()))
              .orElseGet(
                  () -> Stream.of("%s goes, and its data stay unused".formatted(name(claim))));
      case StatefulSet set ->
          next(set, StatefulSet.class)
              .map(it -> templates(set, it))
              .orElseGet(() ->
                  Stream.of(
                      "%s goes; one of another name begins with empty storage"
                          .formatted(name(set))));
      case HasMetadata _ -> Stream.empty();
    };
  }

  private <T extends HasMetadata> Optional<T> next(T now, Class<T> type) {
    return Optional.ofNullable(next.get(name(now))).map(type::cast);
  }

  private static Stream<String> templates(StatefulSet now, StatefulSet next) {
    Map<String, PersistentVolumeClaim> then =
        next.getSpec().getVolumeClaimTemplates().stream()
            .collect(Collectors.toMap(it -> it.getMetadata().getName(), Function.identity()));
    return now.getSpec().getVolumeClaimTemplates().stream()
        .flatMap(it -> {
          String volume = it.getMetadata().getName();
          String owner = "%s: the volume %s".formatted(name(now), volume);
          return Optional.ofNullable(then.get(volume))
              .map(other -> storage(owner, it.getSpec(), other.getSpec()))
              .orElseGet(() -> Stream.of(owner + " is no longer used"));
        });
  }

  private static Stream<String> storage(
      String owner, PersistentVolumeClaimSpec now, PersistentVolumeClaimSpec next) {
    return Stream.of(
            changed(owner, "storage class", now.getStorageClassName(), next.getStorageClassName()),
            changed(owner, "volume mode", now.getVolumeMode(), next.getVolumeMode()),
            shrunk(owner, size(now), size(next)))
        .flatMap(Optional::stream);
  }

  /** What a release leaves open, the cluster has chosen and keeps. */
  private static Optional<String> changed(
      String owner, String what, @Nullable String now, @Nullable String next) {
    return Optional.ofNullable(next)
        .filter(it -> !it.equals(now))
        .map(it -> "%s gets the %s %s, on new storage".formatted(owner, what, it));
  }

  private static Optional<String> shrunk(String owner, BigDecimal now, BigDecimal next) {
    return next.compareTo(now) < 0
        ? Optional.of(
            "%s shrinks from %s to %s bytes"
                .formatted(owner, now.toPlainString(), next.toPlainString()))
        : Optional.empty();
  }

  private static BigDecimal size(PersistentVolumeClaimSpec spec) {
    return Optional.ofNullable(spec.getResources())
        .map(VolumeResourceRequirements::getRequests)
        .map(it -> it.get("storage"))
        .map(Quantity::getNumericalAmount)
        .orElse(BigDecimal.ZERO);
  }

  private static String name(HasMetadata object) {
    return object.getKind() + " " + object.getMetadata().getName();
  }
}
