package dev.opsagent.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.opsagent.execution.PartitionEngine;
import org.slf4j.LoggerFactory;

/** Keeps the engine from logging: thousands of steps that fail on purpose are no news. */
final class Silence implements AutoCloseable {
  private final Logger logger =
      (Logger) LoggerFactory.getLogger(PartitionEngine.class.getPackageName());
  private final Level before = logger.getLevel();

  Silence() {
    logger.setLevel(Level.OFF);
  }

  @Override
  public void close() {
    logger.setLevel(before);
  }
}
