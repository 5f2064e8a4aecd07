package dev.opsagent.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FreePortTest {
  @Test
  void noPortIsGivenTwiceNorToAJvmThatRunsBesideThisOne() {
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      ports.add(FreePort.any());
    }

    assertThat(ports).hasSize(100);
    assertThat(ports.stream().map(port -> port % FreePort.SHARES).distinct()).hasSize(1);
    if (System.getProperty("surefire.test.class.path") != null
        || System.getProperty("surefire.real.class.path") != null) {
      assertThat(System.getProperty("ops.test.fork")).as("set by the build").matches("[12]");
    }
  }
}
