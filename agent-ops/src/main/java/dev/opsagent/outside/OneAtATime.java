package dev.opsagent.outside;

import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Puts questions to a runtime that keeps its state in files: those about one target one at a time,
 * and with what breaks on the way told as a failure.
 */
public final class OneAtATime {
  private final String remedy;
  private final Map<String, ReentrantLock> targets = new ConcurrentHashMap<>();

  /**
   * @param remedy what a person does when the kept state cannot be read
   */
  public OneAtATime(String remedy) {
    this.remedy = remedy;
  }

  /** A question that reads or changes what runs for one target. */
  @FunctionalInterface
  public interface Question<T> {
    /**
     * Asks it.
     *
     * @throws InvalidMessage when the kept state cannot be read
     */
    Answer<T> ask() throws IOException, InterruptedException;
  }

  /**
   * Asks as soon as no other question about the target is open.
   *
   * @param action the question in words, for the failure
   */
  public <T> Answer<T> ask(String target, String action, Question<T> question) {
    ReentrantLock lock = targets.computeIfAbsent(target, _ -> new ReentrantLock());
    try {
      lock.lockInterruptibly();
      try {
        return question.ask();
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.No<>(
          Failure.passing(ReasonCode.CANCELLED, action, "it was interrupted", ""));
    } catch (IOException e) {
      return new Answer.No<>(
          Failure.passing(
              ReasonCode.TOOL_FAILED,
              action,
              e.getClass().getSimpleName() + " " + e.getMessage(),
              "check the worker's data folder"));
    } catch (InvalidMessage e) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.EFFECT_IN_DOUBT,
              action,
              "its current.json cannot be read: " + e.getMessage(),
              remedy));
    }
  }
}
