package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Word.Form;
import java.util.ArrayList;
import java.util.List;

/** The forms of regular English verbs and nouns; some that do not exist do no harm. */
final class Inflection {
  private Inflection() {}

  /** A form of a verb. */
  record Inflected(String word, Form form) {}

  static List<Inflected> verb(String base) {
    List<Inflected> forms = new ArrayList<>();
    forms.add(new Inflected(base, Form.BASE));
    forms.add(new Inflected(plural(base), Form.THIRD));
    for (String stem : stems(base)) {
      forms.add(new Inflected(stem + "ing", Form.GERUND));
      forms.add(new Inflected(past(stem), Form.PAST));
    }
    return forms;
  }

  static String plural(String noun) {
    if (noun.endsWith("y") && noun.length() > 2 && !vowel(noun.charAt(noun.length() - 2))) {
      return noun.substring(0, noun.length() - 1) + "ies";
    }
    boolean hisses =
        noun.endsWith("s") || noun.endsWith("sh") || noun.endsWith("ch") || noun.endsWith("x");
    return noun + (hisses ? "es" : "s");
  }

  private static String past(String stem) {
    boolean bend = stem.endsWith("y") && !vowel(stem.charAt(Math.max(0, stem.length() - 2)));
    return bend ? stem.substring(0, stem.length() - 1) + "ied" : stem + "ed";
  }

  /** What the endings are put on: without a silent e, and with the last letter doubled. */
  private static List<String> stems(String base) {
    if (base.endsWith("e") && !base.endsWith("ee")) {
      return List.of(base.substring(0, base.length() - 1));
    }
    int last = base.length() - 1;
    boolean doubles =
        last >= 2
            && !vowel(base.charAt(last))
            && vowel(base.charAt(last - 1))
            && !vowel(base.charAt(last - 2))
            && "wxy".indexOf(base.charAt(last)) < 0;
    return doubles ? List.of(base, base + base.charAt(last)) : List.of(base);
  }

  private static boolean vowel(char c) {
    return "aeiou".indexOf(c) >= 0;
  }
}
