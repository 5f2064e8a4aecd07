package dev.opsagent.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.opsagent.faults.Cue.Behaviour;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.testing.WorkerProcess;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** A service that steps talk to answers 503 for a while, and then answers again. */
final class SilentPeerTest {
  private static final Duration OUTAGE = Duration.ofSeconds(8);
  private static final int TASKS = 12;

  private final Queue<Long> requests = new ConcurrentLinkedQueue<>();
  private volatile int status = 503;

  @Test
  void fault_24_a_peer_that_answers_503_is_left_alone_and_the_tasks_go_on_when_it_is_back(
      @TempDir Path folder, TestReporter reporter) throws Exception {
    HttpServer server = serve();
    Fleet.Layout layout =
        Fleet.Layout.shared()
            .with("guards:\n  breaker-pause: 500ms\n  longest-breaker-pause: 2s\n");
    try (Fleet fleet = Fleet.create(folder, layout)) {
      WorkerProcess worker = fleet.startWorker().awaitReady();
      List<TaskDispatch> tasks =
          Orders.many(
              "asks", TASKS, TASKS, Cue.of("two", Behaviour.ASKS, server.getAddress().getPort()));
      fleet.send(tasks);
      Awaitility.await().atMost(Fleet.PATIENCE).until(() -> requests.size() >= 3);
      Awaitility.await().pollDelay(OUTAGE).until(() -> true);
      List<Long> during = List.copyOf(requests);
      List<TaskDispatch> others = Orders.many("others", 10, 10);
      fleet.send(others); // talk to nobody, and are not held back
      fleet.awaitEnds(Orders.ids(others), Fleet.PATIENCE);
      assertThat(fleet.ended()).doesNotContainAnyElementsOf(Orders.ids(tasks));

      status = 200;
      fleet.awaitEnds(Orders.ids(tasks), Fleet.PATIENCE);

      Books books = Books.agree(fleet);
      assertThat(Orders.ids(tasks)).allMatch(id -> books.end(id) == TaskState.SUCCEEDED);
      assertThat(worker.log()).contains("from CLOSED to OPEN").contains("to CLOSED");
      assertThat(heldBack(fleet)).isTrue();
      reporter.publishEntry("requests in the outage", Integer.toString(during.size()));
      assertThat(during).as("far fewer than tasks would retry").hasSizeLessThan(3 * TASKS);
      assertThat(new HashSet<>(pauses(during))).as("pauses differ").hasSizeGreaterThan(1);
    } finally {
      server.stop(0);
    }
  }

  private HttpServer serve() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(System.nanoTime());
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static boolean heldBack(Fleet fleet) {
    return fleet.bus.messages(fleet.topics.status(), StatusReport.class).stream()
        .flatMap(report -> report.reason().stream())
        .anyMatch(reason -> reason.code() == ReasonCode.BREAKER_OPEN);
  }

  private static List<Long> pauses(List<Long> times) {
    List<Long> pauses = new ArrayList<>();
    for (int i = 1; i < times.size(); i++) {
      pauses.add(TimeUnit.NANOSECONDS.toMillis(times.get(i) - times.get(i - 1)));
    }
    return pauses;
  }
}
