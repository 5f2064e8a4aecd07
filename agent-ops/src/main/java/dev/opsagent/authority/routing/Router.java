package dev.opsagent.authority.routing;

import dev.opsagent.authority.routing.Routing.Decision;
import java.util.List;

/**
 * Tells whose work an instruction is: cuts it into clauses, reduces each to a verb and the things
 * that it acts on, and looks both up in a {@link RoutingMap}. It learns nothing and guesses
 * nothing: what no rule covers is UNCLEAR. Its time grows with the length of the text, which is
 * bounded.
 */
public final class Router {
  /** The longest instruction that is read, in characters; the schema of a task says the same. */
  public static final int LONGEST = 8192;

  private final RoutingMap map;
  private final Rules rules;
  private final Lexicon lexicon;

  /** By the map that is shipped, read when it is first asked for. */
  public static Router shipped() {
    return Shipped.ROUTER;
  }

  private static final class Shipped {
    static final Router ROUTER = new Router(RoutingMap.DEFAULT);
  }

  /** The map that it goes by. */
  public RoutingMap map() {
    return map;
  }

  public Router(RoutingMap map) {
    this.map = map;
    this.rules = new Rules(map);
    this.lexicon = new Lexicon(map);
  }

  /** Whose work an operation of this name would be; its words must be spelt right. */
  public Routing routeName(String operation) {
    String words = operation.replace('.', ' ');
    boolean known = List.of(words.split(" ", -1)).stream().allMatch(lexicon::knows);
    return route(known ? words : "");
  }

  /** Whose work the text is. Of a longer text than {@link #LONGEST}, nothing is accepted. */
  public Routing route(String instruction) {
    if (instruction.length() > LONGEST) {
      String why = "longer than " + LONGEST + " characters";
      return new Routing(Decision.UNCLEAR, List.of(), List.of(), List.of(why), List.of());
    }
    Reading reading = new Reading(instruction, rules, lexicon);
    Clause.of(Token.of(instruction), lexicon).forEach(reading::take);
    return reading.result();
  }
}
