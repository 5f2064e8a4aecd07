package dev.opsagent.endtoend;

import dev.opsagent.execution.Step;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Where tasks look first and act then, each as far as the test lets it. */
final class GatedWorld {
  private final Set<String> looking = ConcurrentHashMap.newKeySet();
  private final Set<String> acting = ConcurrentHashMap.newKeySet();
  private final Set<String> done = ConcurrentHashMap.newKeySet();
  private final Map<String, CountDownLatch> looks = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> acts = new ConcurrentHashMap<>();

  private static CountDownLatch of(Map<String, CountDownLatch> latches, String id) {
    return latches.computeIfAbsent(id, _ -> new CountDownLatch(1));
  }

  void goOn(String id) {
    of(looks, id).countDown();
  }

  void finish(String id) {
    of(acts, id).countDown();
  }

  void awaitLook(String id) {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> looking.contains(id));
  }

  void awaitAct(String id) {
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> acting.contains(id));
  }

  boolean did(String id) {
    return done.contains(id);
  }

  private static boolean pause(CountDownLatch latch) {
    try {
      return latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException cut) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  Step.Outcome look(String id) {
    looking.add(id);
    return pause(of(looks, id)) ? new Step.Outcome.Applied(Facts.NONE) : cut();
  }

  Step.Outcome act(String id) {
    acting.add(id);
    if (!pause(of(acts, id))) {
      return cut();
    }
    done.add(id);
    return new Step.Outcome.Applied(Facts.NONE);
  }

  private static Step.Outcome cut() {
    return new Step.Outcome.Failed(Failure.of(ReasonCode.TIMEOUT, "wait", "cut off", ""));
  }
}
