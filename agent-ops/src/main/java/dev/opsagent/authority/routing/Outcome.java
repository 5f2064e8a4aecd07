package dev.opsagent.authority.routing;

/** What a rule says of a clause. */
sealed interface Outcome {
  /** One of our operations. */
  record Ours(String operation) implements Outcome {}

  /** Another agent's work. */
  record Theirs(String owner) implements Outcome {}

  /** A person would ask back. */
  record Ask() implements Outcome {}

  /** No work at all, such as "go ahead". */
  record Nothing() implements Outcome {}

  /** The outcome's name in the resource. */
  default String name() {
    return switch (this) {
      case Ours(String operation) -> operation;
      case Theirs(String owner) -> owner;
      case Ask _ -> "ask";
      case Nothing _ -> "nothing";
    };
  }
}
