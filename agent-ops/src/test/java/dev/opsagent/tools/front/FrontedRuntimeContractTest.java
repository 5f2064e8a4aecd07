package dev.opsagent.tools.front;

import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.tools.process.ProcessRuntimeContractTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/** Blue-green promises what every runtime does; here with processes in its slots. */
class FrontedRuntimeContractTest extends ProcessRuntimeContractTest {
  @Override
  protected List<String> targets(String target) {
    return List.of(target, target + "~blue", target + "~green", target + "~amber");
  }

  @Override
  protected ServiceRuntime runtime() {
    return fronted(super.runtime());
  }

  /** The worker may end around each change of a slot; the turns of the front lie in between. */
  @Override
  protected ServiceRuntime dying(int changes) {
    return fronted(new DyingRuntime(super.runtime(), changes));
  }

  private ServiceRuntime fronted(ServiceRuntime slots) {
    FrontedRuntime.Fronts fronts = new FrontedRuntime.Fronts(programs(), data, System::nanoTime);
    return new BlueGreen(fronts.before(slots));
  }

  /** A front ends by itself once it has nothing to answer for. */
  @AfterEach
  void endTheFront() throws IOException {
    Path folder = data.toAbsolutePath().normalize().resolve("front");
    FrontFolder front = new FrontFolder(folder);
    front.write(new Routes(front.routes().revision() + 1, List.of()));
    Awaitility.await().until(() -> !front.isServed());
  }
}
