package dev.opsagent.cli;

import dev.opsagent.cli.drill.Defect;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.protocol.RepositoryRef;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What a drill deploys, good and bad. */
interface DrilledReleases {
  RuntimeKind runtime();

  /**
   * Makes them all; what is made outside of the stage's folder is removed when the stage closes.
   *
   * @param versions each with what is wrong with it; absent: it serves
   * @param bootstrap where the broker is
   * @return what a worker needs to find them
   * @throws CommandFailed when this machine cannot make them
   */
  Configuration make(Map<String, Optional<Defect>> versions, String bootstrap) throws IOException;

  /** Says in a deploy's parameters which one is meant. */
  void name(String version, ObjectNode parameters);

  /** Where a deploy takes it from; absent: the parameters say all. */
  default Optional<RepositoryRef> repository(String version) {
    return Optional.empty();
  }

  /** How many containers run of them; 0 where they are processes. */
  default int running() {
    return 0;
  }
}
