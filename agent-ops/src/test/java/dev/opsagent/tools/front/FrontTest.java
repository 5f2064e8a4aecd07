package dev.opsagent.tools.front;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.opsagent.outside.LocalPorts;
import dev.opsagent.protocol.Failure;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.FreePort;
import dev.opsagent.testing.Peers;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A front in a process of its own, as a worker starts it. */
final class FrontTest {
  @TempDir Path folder;
  private final HttpServer release;
  private final int port;

  FrontTest() throws IOException {
    this.port = FreePort.any();
    this.release = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    release.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write("served".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    release.start();
  }

  @AfterEach
  void end() throws Exception {
    ok(front().remove("local/web"));
    release.stop(0);
    FrontFolder place = new FrontFolder(folder.resolve("front"));
    Awaitility.await().until(() -> !place.isServed());
  }

  /** A fresh one, as a worker that has just started has it. */
  private Front front() {
    LocalPrograms programs =
        new LocalPrograms(
            folder.resolve("scratch"), Peers.searchPath(), Redactor.of(Map.of()), "auto");
    return new Front(folder.resolve("front"), programs, System::nanoTime);
  }

  private Route route(int at) {
    Slot live =
        new Slot("blue", release.getAddress().getPort(), at, "1.0.0", "sha256:blue", "task", true);
    return new Route("local/web", true, live, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private String answer() throws IOException {
    return answer(port);
  }

  private static String answer(int at) throws IOException {
    try (var body = URI.create("http://127.0.0.1:" + at + "/").toURL().openStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Optional<ProcessHandle> process() {
    return ProcessHandle.allProcesses()
        .filter(it ->
            it.info()
                .commandLine()
                .filter(line -> line.contains(FrontMain.class.getName()))
                .filter(line -> line.endsWith(folder.resolve("front").toString()))
                .isPresent())
        .filter(it -> it.info().command().filter(one -> one.endsWith("java")).isPresent())
        .findFirst();
  }

  @Test
  void itAnswersOnceARouteIsPutAndEndsByItselfWithTheLastOne() throws Exception {
    ok(front().put(route(port)));
    assertThat(answer()).isEqualTo("served");
    assertThat(process()).isPresent();

    ok(front().remove("local/web"));

    Awaitility.await().until(() -> process().isEmpty());
    assertThat(front().known("local/web")).isEmpty();
  }

  /** A server that ends one while its caller asks again would break that request. */
  @Test
  void connectionsThatCallersKeepAreNotEndedWhenThereAreMany() throws Exception {
    ok(front().put(route(port)));
    List<Socket> callers = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Socket caller = new Socket(InetAddress.getLoopbackAddress(), port);
        caller.setSoTimeout(30_000);
        callers.add(caller);
        assertThat(answer(caller)).contains("served");
      }

      for (Socket caller : callers) {
        assertThat(answer(caller)).as("asked again on the same connection").contains("served");
      }
    } finally {
      for (Socket caller : callers) {
        caller.close();
      }
    }
  }

  private static String answer(Socket caller) throws IOException {
    caller
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: web\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    for (int next = 0; next >= 0 && answer.indexOf("\r\n0\r\n\r\n") < 0; ) {
      next = caller.getInputStream().read();
      answer.append((char) next);
    }
    return answer.toString();
  }

  @Test
  void oneThatWasKilledIsBroughtBackByTheNextQuestion() throws Exception {
    ok(front().put(route(port)));
    ProcessHandle killed = process().orElseThrow();
    killed.destroyForcibly();
    Awaitility.await().until(() -> !killed.isAlive());

    ok(front().serve("local/web"));

    assertThat(front().known("local/web")).contains(route(port));
    assertThat(answer()).isEqualTo("served");
  }

  @Test
  void aRouteWhosePortIsTakenIsRefusedAndTheOneBeforeStands() throws Exception {
    ok(front().put(route(port)));

    Failure failure = no(front().put(route(release.getAddress().getPort())));

    assertThat(failure.cause()).contains("port " + release.getAddress().getPort());
    assertThat(front().known("local/web")).contains(route(port));
    Awaitility.await().ignoreExceptions().until(() -> answer().equals("served"));
  }

  @Test
  void twoTargetsAreAnsweredForByOneFront() throws Exception {
    ok(front().put(route(port)));
    Route other =
        new Route(
            "local/api",
            true,
            route(FreePort.any()).live(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    ok(front().put(other));
    assertThat(answer()).isEqualTo("served");
    assertThat(answer(other.port())).isEqualTo("served");

    ok(front().remove("local/api"));

    assertThat(answer()).isEqualTo("served");
    Awaitility.await().until(() -> !LocalPorts.isTaken(other.port()));
  }
}
