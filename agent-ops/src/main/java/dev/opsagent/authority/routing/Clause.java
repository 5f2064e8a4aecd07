package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Word.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A part of a sentence between two conjunctions or marks.
 *
 * @param joint what stands before it: a conjunction or a mark; empty at the start of a sentence
 * @param context the word that makes it a circumstance of the rest, if one does
 * @param question whether its sentence is a question
 * @param described whether the clause before ends in a description ("a job that …")
 */
record Clause(
    String joint, Optional<String> context, boolean question, boolean described, List<Word> words) {
  Clause {
    words = List.copyOf(words);
  }

  int start() {
    return words.getFirst().start();
  }

  int end() {
    return words.getLast().end();
  }

  /** The clauses of a text, sentence by sentence; none is empty. */
  static List<Clause> of(List<Token> tokens, Lexicon lexicon) {
    List<Clause> clauses = new ArrayList<>();
    int from = 0;
    for (int at = 0; at <= tokens.size(); at++) {
      if (at == tokens.size() || tokens.get(at).endsSentence()) {
        boolean question = at < tokens.size() && tokens.get(at).text().equals("?");
        new Cutter(question, clauses).cut(lexicon.words(tokens.subList(from, at)));
        from = at + 1;
      }
    }
    return clauses;
  }

  /** Cuts one sentence. */
  private static final class Cutter {
    private final boolean question;
    private final List<Clause> clauses;
    private List<Word> words = new ArrayList<>();
    private String joint = "";
    private boolean described;
    private Optional<String> context = Optional.empty();

    Cutter(boolean question, List<Clause> clauses) {
      this.question = question;
      this.clauses = clauses;
    }

    void cut(List<Word> sentence) {
      for (int at = 0; at < sentence.size(); at++) {
        Word word = sentence.get(at);
        if (parts(word)) {
          next(word.text(), Optional.empty());
          continue;
        }
        boolean asked = (at == 0 && asks(word)) || reports(word);
        if (word.is(Role.CONTEXT) && !asked) {
          next(words.isEmpty() ? joint : word.text(), Optional.of(word.text()));
          continue;
        }
        words.add(word);
      }
      next("", Optional.empty());
    }

    /** "Which …?" asks at the start of a sentence, and tells circumstances elsewhere. */
    private boolean asks(Word word) {
      return word.verb().filter(verb -> verb.kind().equals("query")).isPresent()
          && !word.text().equals("when");
    }

    /** "Check whether …" has what follows for its object. */
    private boolean reports(Word word) {
      boolean marker = word.text().equals("whether") || word.text().equals("if");
      return marker
          && !words.isEmpty()
          && (words.getLast().is(Form.BASE) || words.getLast().is(Role.PERSON));
    }

    private static boolean parts(Word word) {
      return word.is(Role.CONJUNCTION)
          || (word.unknown() && new Token("", word.text(), 0, 0).parts());
    }

    private void next(String mark, Optional<String> marker) {
      if (!words.isEmpty()) {
        clauses.add(new Clause(joint, context, question, described, words));
        described = words.stream().skip(1).anyMatch(word -> word.text().equals("that"));
        words = new ArrayList<>();
      }
      joint = mark;
      context = marker;
    }
  }
}
