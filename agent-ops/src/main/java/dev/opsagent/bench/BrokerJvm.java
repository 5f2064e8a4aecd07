package dev.opsagent.bench;

import dev.opsagent.broker.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Path;

/** A broker in a process of its own. */
final class BrokerJvm {
  private BrokerJvm() {}

  /**
   * @param args its data folder
   */
  public static void main(String[] args) throws IOException {
    EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[0]), 0);
    Lifeline.hold(broker.bootstrap(), broker::close);
  }
}
