package dev.opsagent.faults;

import dev.opsagent.protocol.TaskDispatch;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * How a step of one task behaves. A task carries its cues in the parameter {@code scripts}, which
 * the schema of {@code push} lets be such words: {@code two:slow:500}.
 *
 * @param argument milliseconds, or the name of a {@link FileWorld#signal signal}, or a port
 */
record Cue(String step, Behaviour behaviour, String argument) {
  /** What a step can do. */
  enum Behaviour {
    /** Takes so many milliseconds before its effect. */
    SLOW,
    /** Waits for a signal before its effect. */
    WAITS,
    /** Waits for a signal between its effect and its record. */
    LINGERS,
    /** Never ends; does answer an interrupt. */
    HANGS,
    /** The first attempt fails, before its effect. */
    FAILS_ONCE,
    /** Every attempt fails for good, before its effect. */
    FAILS,
    /** The tool is there only once a signal is: until then a passing failure. */
    UNAVAILABLE,
    /** Asks an HTTP server on this port of the loopback first; 503 is a passing failure. */
    ASKS,
    /** Writes until the disk is full, keeps it full until a signal is given, and breaks. */
    FILLS,
    /** The effect stands, and the tool says it failed. */
    LIES,
    /** Nobody can say whether the effect stands, until a signal is given. */
    UNKNOWN,
    /** The undo fails for good, before it has undone anything, until a signal is given. */
    UNDO_FAILS,
    /** The undo throws, before it has undone anything, until a signal is given. */
    UNDO_BREAKS,
    /** The undo waits for a signal before it undoes anything. */
    UNDO_WAITS,
    /** The undo waits for a signal after it has undone everything. */
    UNDO_LINGERS;

    String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /** The cue as a task carries it. */
  String text() {
    return step + ":" + behaviour.word() + ":" + argument;
  }

  static Cue of(String step, Behaviour behaviour, Object argument) {
    return new Cue(step, behaviour, argument.toString());
  }

  static Cue of(String step, Behaviour behaviour) {
    return of(step, behaviour, "never");
  }

  private static Cue parse(String text) {
    List<String> parts = List.of(text.split(":", 3));
    String name = parts.get(1).toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    return new Cue(parts.get(0), Behaviour.valueOf(name), parts.get(2));
  }

  /** What the task says of a step's behaviour. */
  static Optional<Cue> find(TaskDispatch task, String step, Behaviour behaviour) {
    return StreamSupport.stream(task.parameters().path("scripts").spliterator(), false)
        .map(JsonNode::asString)
        .map(Cue::parse)
        .filter(cue -> cue.step().equals(step) && cue.behaviour() == behaviour)
        .findFirst();
  }
}
