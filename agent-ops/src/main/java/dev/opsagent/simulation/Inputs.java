package dev.opsagent.simulation;

import dev.opsagent.execution.Journal.Consumed;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.simulation.Scenario.Sent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The two input topics, as far as they have been written. */
final class Inputs {
  private final Map<Input, List<Sent>> topics = new EnumMap<>(Input.class);

  Inputs() {
    for (Input input : Input.values()) {
      topics.put(input, new ArrayList<>());
    }
  }

  /** Appends the message, and returns its offset. */
  long append(Sent sent) {
    List<Sent> topic = topic(sent.input());
    topic.add(sent);
    return topic.size() - 1L;
  }

  Sent get(Consumed place) {
    return topic(place.input()).get((int) place.offset());
  }

  long count(Input input) {
    return topic(input).size();
  }

  private List<Sent> topic(Input input) {
    return topics.getOrDefault(input, List.of());
  }
}
