package dev.opsagent.tools.front;

import dev.opsagent.outside.Programs;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.tools.compose.ComposeRuntimeContractTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/**
 * Blue-green promises what every runtime does; here with Compose projects in its slots. Workers
 * that are gone between two changes are tried with processes in the slots, and with Compose alone:
 * what is overridden here would take minutes to say the same.
 */
@Tag("slow")
class FrontedComposeContractTest extends ComposeRuntimeContractTest {
  @Override
  protected ServiceRuntime runtime(Programs started) {
    ServiceRuntime slots = super.runtime(started);
    return new BlueGreen(new FrontedRuntime.Fronts(started, data, System::nanoTime).before(slots));
  }

  /** Each slot has a project of its own. */
  @Override
  protected Optional<String> project(String target) {
    return Optional.empty();
  }

  @Override
  protected AutoCloseable obstruct(String target, int port) throws IOException {
    return new ServerSocket(port, 5, InetAddress.getLoopbackAddress());
  }

  @Override
  public void aDeploymentThatIsCutOffAnywhereIsCarriedOn() {}

  @Override
  public void aDeploymentThatIsCutOffAnywhereIsTakenBack() {}

  @Override
  public void aRollbackThatIsCutOffAnywhereIsCarriedOn() {}

  @Override
  public void aStopThatIsCutOffAnywhereIsCarriedOn() {}

  @Override
  public void aRestartThatIsCutOffAnywhereIsCarriedOn() {}

  /** A front ends by itself once it has nothing to answer for. */
  @AfterEach
  void endTheFront() throws IOException {
    FrontFolder front = new FrontFolder(data.toAbsolutePath().normalize().resolve("front"));
    front.write(new Routes(front.routes().revision() + 1, List.of()));
    Awaitility.await().until(() -> !front.isServed());
  }
}
