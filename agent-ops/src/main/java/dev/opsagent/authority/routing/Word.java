package dev.opsagent.authority.routing;

import java.util.Optional;
import java.util.Set;

/**
 * One or more tokens that have a meaning together.
 *
 * @param text the tokens in lower case, mended, with single spaces
 * @param noun the class of noun that it can be
 * @param agent the owner that it speaks of
 */
record Word(
    String text,
    int start,
    int end,
    Optional<Verb> verb,
    Optional<String> noun,
    Optional<String> agent,
    Set<Role> roles) {
  /**
   * An action.
   *
   * @param lemma its base form
   * @param kind the class of verb; empty for one that has a meaning with its particle only
   */
  record Verb(String lemma, String kind, Form form) {}

  /** How a verb is inflected. */
  enum Form {
    BASE,
    THIRD,
    PAST,
    GERUND
  }

  boolean is(Role role) {
    return roles.contains(role);
  }

  boolean is(Form form) {
    return verb.filter(it -> it.form() == form).isPresent();
  }

  /** Whether the lexicon has no meaning for it. */
  boolean unknown() {
    return verb.isEmpty() && noun.isEmpty() && agent.isEmpty() && roles.isEmpty();
  }
}
