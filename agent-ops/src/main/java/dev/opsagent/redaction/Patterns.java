package dev.opsagent.redaction;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that is looked for.
 *
 * @param plain finds secrets as they are and the beginnings of shapes
 * @param compact finds secrets as digits, in what {@link Compact} leaves
 * @param names of the secrets, by number
 */
record Patterns(Automaton plain, Automaton compact, List<String> names) {
  Patterns {
    names = List.copyOf(names);
  }

  /**
   * @param secrets the values by name
   */
  static Patterns of(Map<String, ? extends Set<String>> secrets) {
    Map<String, Set<String>> ordered = new LinkedHashMap<>(secrets);
    List<String> names = List.copyOf(ordered.keySet());
    List<Automaton.Pattern> plain = new ArrayList<>(Shape.beginnings());
    List<Automaton.Pattern> compact = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      for (String value : ordered.getOrDefault(names.get(i), Set.of())) {
        add(plain, Forms.plain(value), i);
        add(compact, Forms.compact(value), i);
      }
    }
    return new Patterns(Automaton.of(plain), Automaton.of(compact), names);
  }

  private static void add(List<Automaton.Pattern> to, Set<String> forms, int secret) {
    forms.forEach(
        form -> to.add(new Automaton.Pattern(form.getBytes(ISO_8859_1), secret, Automaton.NONE)));
  }
}
