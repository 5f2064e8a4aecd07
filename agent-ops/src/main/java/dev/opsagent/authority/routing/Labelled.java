package dev.opsagent.authority.routing;

import java.util.List;

/**
 * An instruction and what a person says of it.
 *
 * @param operations what of it is ours
 * @param owners whose the rest is
 */
public record Labelled(
    String text, Routing.Decision decision, List<String> operations, List<String> owners) {
  public Labelled {
    operations = List.copyOf(operations);
    owners = List.copyOf(owners);
  }

  /** Whether some of it is another agent's work. */
  boolean foreign() {
    return !owners.isEmpty();
  }

  /**
   * Whether the answer takes work that is somebody else's: it accepts what has a foreign part, or
   * claims an operation that the person does not see in it.
   */
  boolean unsafe(Routing routing) {
    boolean all = routing.decision() == Routing.Decision.ACCEPT;
    return foreign() && (all || !operations.containsAll(routing.operations()));
  }
}
