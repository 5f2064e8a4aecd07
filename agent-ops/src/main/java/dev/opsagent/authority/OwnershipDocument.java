package dev.opsagent.authority;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Optional;

/**
 * The map of owners as it is written; {@code ownership.schema.json} tells what each part means.
 *
 * @param version of the form
 */
record OwnershipDocument(
    int version, List<Tier> tiers, List<MarkerText> markers, List<SharedText> shared) {
  OwnershipDocument {
    tiers = List.copyOf(tiers);
    markers = List.copyOf(markers);
    shared = List.copyOf(shared);
  }

  record Tier(String name, Optional<String> why, List<Rule> rules) {
    Tier {
      rules = List.copyOf(rules);
    }
  }

  record Rule(String name, Owner owner, List<String> paths) {
    Rule {
      paths = List.copyOf(paths);
    }
  }

  record MarkerText(String name, Owner owner, List<String> paths, List<String> lines) {
    MarkerText {
      paths = List.copyOf(paths);
      lines = List.copyOf(lines);
    }
  }

  record SharedText(
      String name,
      Owner rest,
      SharedDocument.Format format,
      List<String> paths,
      List<Pointers> pointers) {
    SharedText {
      paths = List.copyOf(paths);
      pointers = List.copyOf(pointers);
    }
  }

  record Pointers(Owner owner, @JsonProperty("at") List<String> texts) {
    Pointers {
      texts = List.copyOf(texts);
    }
  }
}
