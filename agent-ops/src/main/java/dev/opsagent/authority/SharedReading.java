package dev.opsagent.authority;

import dev.opsagent.authority.OwnershipDocument.MarkerText;
import dev.opsagent.authority.OwnershipDocument.Pointers;
import dev.opsagent.authority.OwnershipDocument.SharedText;
import dev.opsagent.authority.OwnershipMap.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads markers and shared files, and proves that no value has two owners. */
record SharedReading(List<Fault> faults) {

  List<Marker> markers(List<MarkerText> written) {
    List<Marker> markers = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      MarkerText text = written.get(i);
      String field = "markers[%d].".formatted(i);
      if (!text.owner().isForeign()) {
        faults.add(
            new Fault(
                field + "owner",
                "marker/" + text.name() + " gives to " + text.owner().id(),
                "a marker only takes away from ops: name the agent whose file it is"));
      }
      markers.add(
          new Marker(
              new Judgement(text.owner(), "marker/" + text.name()),
              globs(lowered(text.paths()), field + "paths"),
              text.lines()));
    }
    return markers;
  }

  List<SharedFile> files(List<SharedText> written) {
    List<SharedFile> files = new ArrayList<>();
    for (int i = 0; i < written.size(); i++) {
      SharedText text = written.get(i);
      String field = "shared[%d].".formatted(i);
      List<SharedFile.Part> parts = parts(text, field);
      SharedFile file =
          new SharedFile(
              text.name(),
              text.rest(),
              text.format(),
              globs(text.paths(), field + "paths"),
              globs(lowered(text.paths()), field + "paths"),
              parts);
      files.forEach(other -> tellOverlap(other, file, field + "paths"));
      files.add(file);
    }
    return files;
  }

  private static List<String> lowered(List<String> globs) {
    return globs.stream().map(it -> it.toLowerCase(Locale.ROOT)).toList();
  }

  private List<PathGlob> globs(List<String> texts, String field) {
    return List.copyOf(Globs.paths(texts, field, faults).values());
  }

  private List<SharedFile.Part> parts(SharedText text, String field) {
    List<SharedFile.Part> parts = new ArrayList<>();
    for (int i = 0; i < text.pointers().size(); i++) {
      Pointers pointers = text.pointers().get(i);
      String place = "%spointers[%d].".formatted(field, i);
      if (pointers.owner() == text.rest() || pointers.owner() == Owner.GENERATED) {
        faults.add(
            new Fault(
                place + "owner",
                "shared/%s gives values to %s".formatted(text.name(), pointers.owner().id()),
                "name an agent other than the owner of the rest"));
      }
      SharedFile.Part part = new SharedFile.Part(pointers.owner(), pointers(pointers, place));
      parts.forEach(other -> tellOverlap(text.name(), other, part, place + "at"));
      parts.add(part);
    }
    return parts;
  }

  /** A pointer names a value with all that is in it. */
  private List<PathGlob> pointers(Pointers pointers, String place) {
    List<String> below = pointers.texts().stream().map(it -> it + "/**").toList();
    List<PathGlob> globs = new ArrayList<>();
    globs.addAll(Globs.pointers(pointers.texts(), place + "at", faults).values());
    globs.addAll(Globs.pointers(below, place + "at", faults).values());
    return globs;
  }

  private void tellOverlap(SharedFile one, SharedFile other, String field) {
    common(one.twins(), other.twins())
        .ifPresent(path ->
            faults.add(
                new Fault(
                    field,
                    "shared/%s and shared/%s both divide %s"
                        .formatted(one.name(), other.name(), path),
                    "narrow one of them, or put their pointers together")));
  }

  private void tellOverlap(String name, SharedFile.Part one, SharedFile.Part other, String field) {
    if (one.owner() == other.owner()) {
      return;
    }
    common(one.at(), other.at())
        .ifPresent(pointer ->
            faults.add(
                new Fault(
                    field,
                    "in shared/%s both %s and %s claim %s"
                        .formatted(name, one.owner().id(), other.owner().id(), pointer),
                    "narrow one of the pointers")));
  }

  private static Optional<String> common(List<PathGlob> ones, List<PathGlob> others) {
    return ones.stream()
        .flatMap(one ->
            others.stream()
                .flatMap(other -> GlobIntersection.text(one.nfa(), other.nfa()).stream()))
        .findFirst();
  }
}
