package dev.opsagent.authority.routing;

import java.util.List;

/** What a clause asks for, before the rules judge it. */
sealed interface Frame {
  /** The words that made it, for the explanation. */
  String said();

  /**
   * An action on things.
   *
   * @param kind the class of verb
   * @param object what it acts on
   * @param nounlike whether the verb could also be a thing in a list: "test deploy and rollback"
   */
  record Action(String said, String kind, Phrases object, boolean nounlike) implements Frame {}

  /**
   * Things without an action, which may be objects of the action before.
   *
   * @param joined whether they stand in one row with what came before
   * @param determined whether they have an article or a number
   */
  record Things(String said, List<Thing> things, boolean joined, boolean determined)
      implements Frame {
    public Things {
      things = List.copyOf(things);
    }
  }

  /** An action that the lexicon does not know. */
  record Unknown(String said, List<Thing> things) implements Frame {
    public Unknown {
      things = List.copyOf(things);
    }
  }

  /** Work that is given to somebody by name. */
  record Assigned(String said, String owner) implements Frame {}

  /** An action that must not be done. */
  record Withheld(String said, String kind, List<Thing> things) implements Frame {
    public Withheld {
      things = List.copyOf(things);
    }
  }

  /** Nothing to do, but things that what follows may refer to. */
  record Told(String said, List<Thing> things) implements Frame {
    public Told {
      things = List.copyOf(things);
    }
  }

  /**
   * A thing that was named.
   *
   * @param noun its class
   * @param preposition what leads to it; empty for a direct object
   */
  record Thing(String text, String noun, String preposition) {}
}
