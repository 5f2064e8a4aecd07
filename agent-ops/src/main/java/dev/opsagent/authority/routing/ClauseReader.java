package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Frame.Action;
import dev.opsagent.authority.routing.Frame.Assigned;
import dev.opsagent.authority.routing.Frame.Thing;
import dev.opsagent.authority.routing.Frame.Things;
import dev.opsagent.authority.routing.Frame.Told;
import dev.opsagent.authority.routing.Frame.Unknown;
import dev.opsagent.authority.routing.Frame.Withheld;
import dev.opsagent.authority.routing.Word.Form;
import dev.opsagent.authority.routing.Word.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads what one clause asks for, by the place of its words. */
final class ClauseReader {
  private static final Set<String> WISHES =
      Set.of("need", "want", "have", "like", "get", "require");
  private static final Set<String> BEGINNINGS =
      Set.of("start", "begin", "finish", "try", "proceed");
  private static final Set<String> TASKS_OF_YOURS = Set.of("after", "once", "before", "as soon as");
  private static final Set<String> ASKING = Set.of("tell", "check", "verify");
  private static final Set<String> JOINTS =
      Set.of(
          ",",
          "and",
          "or",
          "nor",
          "plus",
          "+",
          "&",
          "/",
          "including",
          "along with",
          "together with",
          "followed by",
          "as well as");
  private static final Set<String> OTHERS = Set.of("they", "he", "she", "everybody");
  private final Lexicon lexicon;
  private final Clause clause;
  private final List<Word> words;
  private final Grammar grammar;

  private ClauseReader(Lexicon lexicon, Clause clause) {
    this.lexicon = lexicon;
    this.clause = clause;
    this.words = clause.words();
    this.grammar = new Grammar(clause);
  }

  /**
   * Reads it.
   *
   * @param before what the clause before was, in the same text
   */
  static Frame read(Lexicon lexicon, Clause clause, Optional<Frame> before) {
    return new ClauseReader(lexicon, clause).read(before);
  }

  private Frame read(Optional<Frame> before) {
    if (clause.context().isPresent()) {
      return circumstance(clause.context().get());
    }
    boolean goesOn = clause.joint().equals("or") || clause.joint().equals("nor");
    boolean withheld = goesOn && before.filter(Withheld.class::isInstance).isPresent();
    boolean told = before.filter(Told.class::isInstance).isPresent() || clause.described();
    boolean retold = told && JOINTS.contains(clause.joint());
    return main(0, withheld, retold);
  }

  /** A circumstance asks for nothing, unless it says what the reader is to do first. */
  private Frame circumstance(String marker) {
    boolean polite = marker.equals("if") && words.size() > 1 && words.get(1).is(Role.POLITE);
    if (polite && words.getFirst().text().equals("you")) {
      return request(1, false);
    }
    boolean yours = TASKS_OF_YOURS.contains(marker) && words.getFirst().text().equals("you");
    Optional<Integer> verb =
        yours
            ? grammar.next(1, it -> it.verb().isPresent() && !Grammar.auxiliary(it))
            : Optional.empty();
    return verb.map(at -> action(at, false)).orElseGet(this::told);
  }

  private Frame main(int from, boolean withheld, boolean retold) {
    int at = from;
    boolean not = withheld;
    boolean ours = false;
    while (at < words.size() && grammar.passes(at)) {
      not = not || words.get(at).is(Role.NEGATION);
      ours = ours || words.get(at).text().equals("ops");
      at++;
    }
    if (at == words.size()) {
      return told();
    }
    Word word = words.get(at);
    if (retold && word.verb().isPresent() && !word.is(Form.BASE)) {
      return told();
    }
    if (word.agent().isPresent() && !grammar.acts(at)) {
      return agent(at, not);
    }
    if (grammar.acts(at) || (ours && word.is(Form.THIRD))) {
      return action(at, not);
    }
    if (word.is(Role.POLITE) || word.is(Role.MODAL)) {
      return request(at, not);
    }
    if (grammar.asks(word)) {
      return question(at);
    }
    if (word.is(Role.PERSON)) {
      return person(at, not);
    }
    Optional<Integer> person = grammar.next(at, it -> it.is(Role.PERSON));
    if (word.is(Role.PREPOSITION) && person.isPresent()) {
      return person(person.get(), not);
    }
    return nominal(at, not);
  }

  private Frame question(int from) {
    return new Action(
        said(from), "query", Phrases.ofQuestion(words.subList(from, words.size())), false);
  }

  private Frame action(int at, boolean not) {
    Verb verb = words.get(at).verb().orElseThrow();
    List<Word> behind = words.subList(at + 1, words.size());
    Optional<Frame> other = carried(at, verb);
    if (other.isPresent() && !not) {
      return other.get();
    }
    return action(at, lexicon.kind(verb, behind), behind, not);
  }

  private Frame action(int at, String kind, List<Word> objects, boolean not) {
    Phrases object = Phrases.of(objects);
    if (not || object.none()) {
      return new Withheld(said(at), kind, object.things());
    }
    boolean article = at + 1 < words.size() && words.get(at + 1).is(Role.DETERMINER);
    boolean nounlike = words.get(at).noun().isPresent() && !article;
    boolean asks = ASKING.contains(kind);
    return new Action(said(at), kind, asks ? object.orWell(objects) : object, nounlike);
  }

  /** "have QA test it", "we need it deployed", "start implementing it": another verb counts. */
  private Optional<Frame> carried(int at, Verb verb) {
    boolean hands = words.get(at).is(Role.CARRIER) && at + 1 < words.size();
    if (hands && words.get(at + 1).agent().isPresent()) {
      return Optional.of(new Assigned(said(at), words.get(at + 1).agent().get()));
    }
    if (BEGINNINGS.contains(verb.lemma()) || verb.kind().equals("nothing")) {
      return grammar
          .next(at + 1, word -> Grammar.plainVerb(word, Form.GERUND) || grammar.infinitive(word))
          .map(found -> action(found, false));
    }
    if (!WISHES.contains(verb.lemma())) {
      return Optional.empty();
    }
    return grammar
        .next(at + 1, word -> Grammar.plainVerb(word, Form.PAST) || grammar.infinitive(word))
        .map(found -> wished(at, found));
  }

  private Frame wished(int at, int found) {
    Verb verb = words.get(found).verb().orElseThrow();
    List<Word> objects = new ArrayList<>();
    words.subList(at + 1, found).stream()
        .filter(it -> !it.text().equals("to"))
        .forEach(objects::add);
    List<Word> behind = words.subList(found + 1, words.size());
    objects.addAll(behind);
    return action(found, lexicon.kind(verb, behind), objects, false);
  }

  /** "Could you …", "We should …", "may": the first verb behind it counts. */
  private Frame request(int at, boolean not) {
    boolean opinion = clause.question() && words.get(at).is(Role.MODAL);
    if (opinion) {
      return question(at);
    }
    boolean denied = not || grammar.next(at, word -> word.is(Role.NEGATION)).isPresent();
    int from = grammar.next(at + 1, word -> word.agent().isPresent()).isPresent() ? at + 1 : at;
    Optional<Integer> verb =
        grammar.next(
            from + 1,
            word ->
                (word.is(Form.BASE) || word.is(Form.GERUND))
                    && !Grammar.auxiliary(word)
                    && !word.text().equals("mind"));
    return verb.map(found -> action(found, denied)).orElseGet(() -> unheard(at, denied));
  }

  /** A request whose action is not known; or only the start of one that goes on behind a comma. */
  private Frame unheard(int at, boolean not) {
    List<Word> behind = words.subList(at, words.size());
    boolean said = behind.stream().anyMatch(word -> word.unknown() || word.noun().isPresent());
    if (not || !said) {
      return told();
    }
    return new Unknown(said(at), Phrases.of(behind).things());
  }

  private Frame person(int at, boolean not) {
    int from = at + 1;
    boolean denied = not;
    boolean modal = false;
    while (from < words.size() && Grammar.opens(words.get(from))) {
      denied = denied || words.get(from).is(Role.NEGATION);
      modal = modal || words.get(from).is(Role.MODAL);
      from++;
    }
    if (from == words.size()) {
      return told();
    }
    Word word = words.get(from);
    boolean base = word.is(Form.BASE);
    boolean wish = word.verb().filter(verb -> WISHES.contains(verb.lemma())).isPresent() && base;
    boolean done =
        grammar
            .next(from + 1, it -> Grammar.plainVerb(it, Form.PAST))
            .filter(it -> it < 4 + at)
            .isPresent();
    boolean perfect = word.text().equals("have") && done;
    boolean yours = words.get(at).text().equals("you") || modal;
    boolean others = OTHERS.contains(words.get(at).text());
    if (base && !others && (yours || (wish && !perfect))) {
      return action(from, denied);
    }
    return told();
  }

  /** "QA tests it" gives work to QA; "QA tested it" tells of work that is done. */
  private Frame agent(int at, boolean not) {
    String owner = words.get(at).agent().orElseThrow();
    Optional<Integer> next = grammar.next(at + 1, word -> !word.is(Role.SKIP));
    if (next.isEmpty()) {
      return nominal(at, not);
    }
    Word word = words.get(next.get());
    boolean planned = word.is(Role.MODAL) || word.is(Role.POLITE);
    boolean present = (word.is(Form.BASE) || word.is(Form.THIRD)) && !Grammar.auxiliary(word);
    if ((planned || present) && !not) {
      return new Assigned(said(at), owner);
    }
    return Grammar.auxiliary(word) || word.verb().isPresent() ? told() : nominal(at, not);
  }

  /**
   * A clause that starts with a thing: what is to be done with it, what is told of it, or itself.
   */
  private Frame nominal(int at, boolean not) {
    Optional<Integer> emergency =
        grammar.next(at, word -> word.noun().filter("emergency"::equals).isPresent());
    if (emergency.isPresent() && !not) {
      Word word = words.get(emergency.get());
      return new Things(said(at), List.of(new Thing(word.text(), "emergency", "")), false, true);
    }
    Optional<Integer> lack = grammar.next(at, word -> word.is(Role.LACK));
    Optional<Integer> modal = grammar.next(at, word -> word.is(Role.MODAL) || word.is(Role.POLITE));
    if (modal.isPresent()) {
      return obliged(at, modal.get(), not);
    }
    if (lack.isPresent()) {
      return lacking(at, lack.get(), not);
    }
    if (grammar.next(at + 1, grammar::finite).isPresent()) {
      return told();
    }
    if (grammar.orders(at) && !not) {
      return new Unknown(said(at), Phrases.of(words.subList(at + 1, words.size())).things());
    }
    return things(at, not);
  }

  /** "The service must be deployed", "The Dockerfile should use …". */
  private Frame obliged(int at, int modal, boolean not) {
    List<Word> subject = words.subList(at, modal);
    Optional<Integer> passive = grammar.next(modal + 1, word -> Grammar.plainVerb(word, Form.PAST));
    boolean denied = not || grammar.next(modal, word -> word.is(Role.NEGATION)).isPresent();
    if (passive.isEmpty()) {
      return words.get(modal).is(Role.MODAL) ? action(at, "change", subject, denied) : told();
    }
    Verb verb = words.get(passive.get()).verb().orElseThrow();
    List<Word> behind = words.subList(passive.get() + 1, words.size());
    List<Word> objects = new ArrayList<>(subject);
    objects.addAll(behind);
    return action(passive.get(), lexicon.kind(verb, behind), objects, denied);
  }

  /** "X needs Y" wants Y, and "X is missing" wants X. */
  private Frame lacking(int at, int lack, boolean not) {
    List<Word> behind = words.subList(lack + 1, words.size());
    boolean direct =
        Phrases.of(behind).things().stream().anyMatch(it -> !it.preposition().equals("for"));
    List<Word> wanted = direct ? behind : words.subList(at, lack);
    Optional<Integer> verb =
        grammar.next(
            lack + 1,
            word -> Grammar.plainVerb(word, Form.PAST) || Grammar.plainVerb(word, Form.GERUND));
    if (verb.isPresent()) {
      List<Word> objects = new ArrayList<>(words.subList(at, lack));
      objects.addAll(words.subList(verb.get() + 1, words.size()));
      return action(verb.get(), words.get(verb.get()).verb().orElseThrow().kind(), objects, not);
    }
    return action(at, "bring", wanted, not);
  }

  private Frame things(int at, boolean not) {
    List<Thing> things = Phrases.of(words.subList(at, words.size())).things();
    if (not) {
      return new Told(said(at), things);
    }
    boolean determined = words.stream().anyMatch(it -> it.is(Role.DETERMINER));
    return new Things(said(at), things, JOINTS.contains(clause.joint()), determined);
  }

  private Frame told() {
    return new Told(said(0), Phrases.everyOf(words));
  }

  private String said(int at) {
    return words.get(Math.min(at, words.size() - 1)).text();
  }
}
