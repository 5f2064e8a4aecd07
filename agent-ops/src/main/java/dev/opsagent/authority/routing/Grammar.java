package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Word.Form;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What the place of a word in its clause tells about it. */
record Grammar(Clause clause) {
  private static final Set<String> ABOUT =
      Set.of("about", "with", "up", "off", "over", "out", "down", "on");

  boolean passes(int at) {
    Word word = clause.words().get(at);
    boolean opens = word.is(Role.SKIP) || word.is(Role.NEGATION);
    return opens && (word.verb().isEmpty() || !acts(at));
  }

  boolean asks(Word word) {
    boolean query = word.verb().filter(verb -> verb.kind().equals("query")).isPresent();
    return query && (clause.question() || !word.is(Role.AUXILIARY));
  }

  /** Whether the word is an action that is asked for, rather than a thing of the same name. */
  boolean acts(int at) {
    Word word = clause.words().get(at);
    if (!word.is(Form.BASE) || asksItself(word)) {
      return false;
    }
    if (clause.words().size() == 1) {
      return !clause.question();
    }
    if (word.agent().isPresent()) {
      return clause.words().get(Math.min(at + 1, clause.words().size() - 1)).is(Role.DETERMINER);
    }
    if (word.noun().isEmpty()) {
      return true;
    }
    Optional<Word> next =
        at + 1 < clause.words().size() ? Optional.of(clause.words().get(at + 1)) : Optional.empty();
    boolean named =
        next.filter(it ->
                it.text().equals("of")
                    || finite(it)
                    || it.is(Role.LACK)
                    || it.is(Role.AUXILIARY)
                    || it.is(Role.MODAL))
            .isPresent();
    return !named;
  }

  private static boolean asksItself(Word word) {
    return word.verb().filter(verb -> verb.kind().equals("query")).isPresent();
  }

  static boolean auxiliary(Word word) {
    return word.is(Role.AUXILIARY);
  }

  static boolean plainVerb(Word word, Form form) {
    return word.is(form) && word.noun().isEmpty() && !auxiliary(word);
  }

  boolean infinitive(Word word) {
    return word.is(Form.BASE)
        && clause.words().stream()
            .anyMatch(to -> to.text().equals("to") && to.end() + 1 == word.start());
  }

  static boolean opens(Word word) {
    return (word.is(Role.SKIP)
            || word.is(Role.NEGATION)
            || word.is(Role.MODAL)
            || word.is(Role.POLITE)
            || word.is(Role.PERSON))
        && !word.is(Role.CARRIER);
  }

  /** Whether it starts as an order does, with an action that the lexicon does not know. */
  boolean orders(int at) {
    Word word = clause.words().get(at);
    boolean plain = word.unknown() || word.roles().equals(Set.of(Role.PLAIN));
    if (at + 1 >= clause.words().size() || !(plain || word.noun().isPresent())) {
      return false;
    }
    Word next = clause.words().get(at + 1);
    boolean object = next.is(Role.DETERMINER) || next.is(Role.PRONOUN);
    boolean particle = plain && ABOUT.contains(next.text());
    return object || (particle && !clause.joint().isEmpty());
  }

  /** Whether the word makes the clause a statement. */
  boolean finite(Word word) {
    boolean verb = plainVerb(word, Form.PAST) || plainVerb(word, Form.THIRD);
    boolean past = word.unknown() && word.text().length() > 4 && word.text().endsWith("ed");
    return auxiliary(word) || word.is(Role.FINITE) || verb || past;
  }

  /** The first word from there on that is wanted. */
  Optional<Integer> next(int from, Predicate<Word> wanted) {
    for (int at = Math.max(0, from); at < clause.words().size(); at++) {
      if (wanted.test(clause.words().get(at))) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }
}
