package dev.opsagent.authority.routing;

/** What a word does in a sentence, beside naming a thing or an action. */
enum Role {
  /** Says nothing about the work: politeness, time, address. */
  SKIP,
  DETERMINER,
  PREPOSITION,
  /** Parts clauses or things of the same rank. */
  CONJUNCTION,
  /** Begins a part that tells circumstances: conditions, reasons, purposes. */
  CONTEXT,
  MODAL,
  /** Begins a request in the form of a question. */
  POLITE,
  AUXILIARY,
  NEGATION,
  PERSON,
  /** Stands for what was named before. */
  PRONOUN,
  /** Says that what stands before or behind it is wanted. */
  LACK,
  /** A verb that only tells, in a form that only statements have. */
  FINITE,
  /** Asks whether something is well. */
  HEALTH,
  /** Hands the work on to somebody: "have QA test it". */
  CARRIER,
  /** Any other word that is spelt as it should be. */
  PLAIN
}
