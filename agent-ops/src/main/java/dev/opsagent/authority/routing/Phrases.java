package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Frame.Thing;
import dev.opsagent.authority.routing.Word.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The things that a run of words names: of each noun phrase its last noun, since what stands before
 * it tells only which one ("deployment documentation" is documentation).
 */
final class Phrases {
  /** What these lead to tells about the thing, and is not what is acted on. */
  private static final Set<String> ASIDE =
      Set.of("about", "with", "by", "via", "against", "than", "like", "as", "during", "regarding");

  private static final Set<String> RELATIVE = Set.of("that", "which", "who", "whose", "where");

  private final List<Thing> near = new ArrayList<>();
  private final List<Thing> far = new ArrayList<>();
  private final List<Thing> beside = new ArrayList<>();
  private Optional<Word> head = Optional.empty();
  private String preposition = "";
  private boolean pronoun;
  private boolean none;
  private boolean strange;
  private boolean infinitive;
  private boolean bare = true;

  private Phrases() {}

  /** Reads up to what is no more than a description. */
  static Phrases of(List<Word> words) {
    Phrases phrases = new Phrases();
    for (int at = 0; at < words.size() && !phrases.ends(words, at); at++) {
      phrases.take(words.get(at));
    }
    phrases.flush();
    return phrases;
  }

  /** Of a question, where every thing that is named may be what is asked for. */
  static Phrases ofQuestion(List<Word> words) {
    Phrases phrases = new Phrases();
    phrases.bare = false;
    phrases.near.addAll(everyOf(words));
    return phrases.orWell(words);
  }

  /** Adds what asks whether something is well. */
  Phrases orWell(List<Word> words) {
    words.stream()
        .filter(word -> word.is(Role.HEALTH))
        .findFirst()
        .ifPresent(word -> {
          far.add(new Thing(word.text(), "health", ""));
          strange = false;
        });
    return this;
  }

  /** All that is named, in whatever role. */
  static List<Thing> everyOf(List<Word> words) {
    List<Thing> things = new ArrayList<>();
    for (Word word : words) {
      word.noun().ifPresent(noun -> things.add(new Thing(word.text(), noun, "")));
    }
    return things;
  }

  /** The one that decides first; what a thing is for comes last. */
  List<Thing> things() {
    List<Thing> all = new ArrayList<>(near);
    all.addAll(far);
    return all;
  }

  /** What comes with the things: "with docs". */
  List<Thing> beside() {
    return beside;
  }

  /** Whether the direct object ends in a word that the lexicon does not know. */
  boolean strange() {
    return strange && !refers();
  }

  /** Whether the object is what was named before. */
  boolean refers() {
    return pronoun && near.isEmpty();
  }

  /** Whether there is no object at all. */
  boolean bare() {
    return bare;
  }

  /** Whether it ends where another action is told as the purpose: "a way to restart". */
  boolean infinitive() {
    return infinitive;
  }

  /** Whether the object is "nothing", or "no code". */
  boolean none() {
    return none;
  }

  private boolean ends(List<Word> words, int at) {
    Word word = words.get(at);
    if (at > 0 && RELATIVE.contains(word.text()) && !starts(words, at)) {
      return true;
    }
    Word next = words.get(Math.min(at + 1, words.size() - 1));
    infinitive = word.text().equals("to") && next.is(Form.BASE) && next.noun().isEmpty();
    boolean participle =
        word.noun().isEmpty() && head.isPresent() && (word.is(Form.PAST) || word.is(Form.GERUND));
    return infinitive || participle || (at > 0 && word.is(Role.PERSON));
  }

  /** "on that branch": the word only points. */
  private static boolean starts(List<Word> words, int at) {
    return words.get(at - 1).is(Role.PREPOSITION);
  }

  private void take(Word word) {
    bare = bare && word.is(Role.SKIP);
    if (word.is(Role.NEGATION) && head.isEmpty() && near.isEmpty()) {
      none = true;
    }
    if (preposition.isEmpty()) {
      strange = foreign(word) || (strange && word.noun().isEmpty());
    }
    if (word.noun().isPresent()) {
      head = Optional.of(word);
      return;
    }
    if (word.is(Role.PREPOSITION)) {
      flush();
      preposition = word.text();
      return;
    }
    pronoun = pronoun || (word.is(Role.PRONOUN) && preposition.isEmpty());
  }

  private static boolean foreign(Word word) {
    boolean plain = word.unknown() || word.roles().equals(Set.of(Role.PLAIN));
    return plain
        && word.noun().isEmpty()
        && word.verb().isEmpty()
        && !word.text().endsWith("ly")
        && word.text().chars().allMatch(Character::isLetter);
  }

  private void flush() {
    head.ifPresent(word -> {
      Thing thing = new Thing(word.text(), word.noun().orElseThrow(), preposition);
      if (preposition.equals("for")) {
        far.add(thing);
      } else if (preposition.equals("with")) {
        beside.add(thing);
      } else if (!ASIDE.contains(preposition)) {
        near.add(thing);
      }
    });
    head = Optional.empty();
  }
}
