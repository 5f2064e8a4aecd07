package dev.opsagent.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.routing.Router;
import dev.opsagent.outside.Environments;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.testing.UntouchedOperation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TerritoryTest {
  private final AtomicReference<Environments> served =
      new AtomicReference<>(Environments.undeclared(List.of("staging", "local")));
  private final Territory territory =
      new Territory(
          Map.of("push", new UntouchedOperation()), served::get, new Assignment(Router::shipped));

  @Test
  void anEnvironmentThatIsNotServedIsRefusedNamingThoseThatAre() {
    Reason reason = territory.refuse(UntouchedOperation.task("production")).orElseThrow();

    assertThat(reason.code()).isEqualTo(ReasonCode.UNKNOWN_ENVIRONMENT);
    assertThat(reason.detail()).isEqualTo("target.environment must be one of [local, staging]");
  }

  @Test
  void environmentsThatChangedCountForTheNextOrder() {
    assertThat(territory.refuse(UntouchedOperation.task("local"))).isEmpty();

    served.set(Environments.undeclared(List.of("production")));
    assertThat(territory.refuse(UntouchedOperation.task("production"))).isEmpty();
    assertThat(territory.refuse(UntouchedOperation.task("local")).map(Reason::code))
        .contains(ReasonCode.UNKNOWN_ENVIRONMENT);
  }
}
