package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Inflection.Inflected;
import dev.opsagent.authority.routing.Word.Form;
import dev.opsagent.authority.routing.Word.Verb;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What the words of a {@link RoutingMap} mean, in all their forms. */
final class Lexicon {
  private static final int LONGEST_PHRASE = 6;
  private static final Pattern SETTING = Pattern.compile("[A-Z][A-Z0-9]*_[A-Z0-9_]+");

  private final Map<String, Meaning> phrases = new HashMap<>();
  private final Map<String, List<Particle>> particles = new HashMap<>();
  private final Map<String, String> endings;
  private final Set<String> known = new HashSet<>();
  private final Spelling spelling;

  Lexicon(RoutingMap map) {
    endings = map.endings();
    map.nouns().forEach((kind, noun) -> noun.words().forEach(word -> noun(kind, word)));
    map.owners().forEach((name, owner) -> owner.called().forEach(word -> agent(name, word)));
    map.verbs().forEach((kind, verb) -> verb.words().forEach(word -> verb(kind, word)));
    map.irregular().forEach(this::irregular);
    map.words().forEach((role, words) -> words.forEach(word -> role(role, word)));
    phrases.keySet().forEach(phrase -> known.addAll(List.of(phrase.split(" "))));
    spelling = new Spelling(known);
  }

  /** A verb whose object stands between it and its particle. */
  record Particle(List<String> tail, String kind) {}

  /** Whether the phrase stands in the lexicon, and is not the writer's own. */
  boolean knows(String phrase) {
    return phrases.containsKey(phrase);
  }

  /** The longest phrases from each token on. */
  List<Word> words(List<Token> tokens) {
    Map<String, String> mended = new HashMap<>();
    List<String> texts = tokens.stream().map(token -> spelt(token, mended)).toList();
    List<Word> words = new ArrayList<>();
    int at = 0;
    while (at < tokens.size()) {
      int length = longest(texts, at);
      words.add(word(tokens, texts, at, Math.max(1, length)));
      at += Math.max(1, length);
    }
    return words;
  }

  /** The verb's class, which a particle further on may change. */
  String kind(Verb verb, List<Word> behind) {
    return particles.getOrDefault(verb.lemma(), List.of()).stream()
        .filter(particle -> holds(behind, particle.tail()))
        .map(Particle::kind)
        .findFirst()
        .orElse(verb.kind());
  }

  private static boolean holds(List<Word> words, List<String> tail) {
    String text =
        String.join(
            " ", words.stream().map(Word::text).takeWhile(it -> !it.equals("that")).toList());
    return (" " + text + " ").contains(" " + String.join(" ", tail) + " ");
  }

  private String spelt(Token token, Map<String, String> mended) {
    String text = token.text();
    boolean name = token.raw().chars().skip(1).anyMatch(Character::isUpperCase);
    if (known.contains(text) || name) {
      return text;
    }
    return mended.computeIfAbsent(text, word -> spelling.mend(word).orElse(word));
  }

  private int longest(List<String> texts, int at) {
    int most = Math.min(LONGEST_PHRASE, texts.size() - at);
    for (int length = most; length > 0; length--) {
      if (phrases.containsKey(String.join(" ", texts.subList(at, at + length)))) {
        return length;
      }
    }
    return 0;
  }

  private Word word(List<Token> tokens, List<String> texts, int at, int length) {
    String text = String.join(" ", texts.subList(at, at + length));
    int start = tokens.get(at).start();
    int end = tokens.get(at + length - 1).end();
    Meaning meaning = phrases.get(text);
    if (meaning != null) {
      return new Word(
          text, start, end, meaning.verb, meaning.noun, meaning.agent, Set.copyOf(meaning.roles));
    }
    Optional<String> noun = byShape(tokens.get(at).raw());
    return new Word(text, start, end, Optional.empty(), noun, Optional.empty(), Set.of());
  }

  /** File names by their endings, and names of environment variables. */
  private Optional<String> byShape(String raw) {
    if (SETTING.matcher(raw).matches()) {
      return Optional.of("setting");
    }
    return endings.entrySet().stream()
        .filter(ending -> raw.endsWith(ending.getKey()))
        .max(Comparator.comparingInt(ending -> ending.getKey().length()))
        .map(Map.Entry::getValue);
  }

  private Meaning meaning(String phrase) {
    return phrases.computeIfAbsent(phrase, _ -> new Meaning());
  }

  private void noun(String kind, String phrase) {
    for (String form : List.of(phrase, Inflection.plural(phrase))) {
      for (String spelt : hyphenated(form)) {
        Meaning meaning = meaning(spelt);
        meaning.noun = meaning.noun.or(() -> Optional.of(kind));
      }
    }
  }

  private void agent(String owner, String phrase) {
    meaning(phrase).agent = Optional.of(owner);
    meaning(Inflection.plural(phrase)).agent = Optional.of(owner);
  }

  private void verb(String kind, String phrase) {
    List<String> parts = List.of(phrase.split(" \\* "));
    List<String> head = List.of(parts.getFirst().split(" "));
    if (parts.size() > 1) {
      particles
          .computeIfAbsent(head.getFirst(), _ -> new ArrayList<>())
          .add(new Particle(List.of(parts.get(1).split(" ")), kind));
      inflect(head, head.getFirst(), "", false);
      return;
    }
    inflect(head, phrase, kind, true);
  }

  private void inflect(List<String> head, String lemma, String kind, boolean replaces) {
    String rest = String.join(" ", head.subList(1, head.size()));
    for (Inflected form : Inflection.verb(head.getFirst())) {
      String phrase = (form.word() + " " + rest).strip();
      for (String spelt : hyphenated(phrase)) {
        verb(spelt, new Verb(lemma, kind, form.form()), replaces);
      }
    }
  }

  private void verb(String phrase, Verb verb, boolean replaces) {
    Meaning meaning = meaning(phrase);
    boolean vague = meaning.verb.filter(it -> !it.kind().isEmpty()).isEmpty();
    if (vague || (replaces && verb.form() == Form.BASE && !isBase(meaning))) {
      meaning.verb = Optional.of(verb);
    }
  }

  private static boolean isBase(Meaning meaning) {
    return meaning.verb.filter(it -> it.form() == Form.BASE).isPresent();
  }

  private void irregular(String form, String base) {
    List<String> phrases = List.copyOf(this.phrases.keySet());
    for (String phrase : phrases) {
      if (phrase.equals(base) || phrase.startsWith(base + " ")) {
        meaning(phrase)
            .verb
            .filter(verb -> verb.form() == Form.BASE)
            .ifPresent(verb -> {
              String past = form + phrase.substring(base.length());
              meaning(past).verb = Optional.of(new Verb(verb.lemma(), verb.kind(), Form.PAST));
            });
      }
    }
  }

  private void role(String role, String phrase) {
    meaning(phrase).roles.add(Role.valueOf(role.toUpperCase(Locale.ROOT)));
  }

  /** People write {@code load test} and {@code load-test}. */
  private static Collection<String> hyphenated(String phrase) {
    return List.of(phrase, phrase.replace(" ", "-"));
  }

  /** While the lexicon is made. */
  private static final class Meaning {
    private Optional<Verb> verb = Optional.empty();
    private Optional<String> noun = Optional.empty();
    private Optional<String> agent = Optional.empty();
    private final Set<Role> roles = EnumSet.noneOf(Role.class);
  }
}
