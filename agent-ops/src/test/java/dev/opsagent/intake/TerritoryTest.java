package dev.opsagent.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.routing.Router;
import dev.opsagent.outside.ClockWindow;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.Environments;
import dev.opsagent.outside.Freeze;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.Requirement;
import dev.opsagent.protocol.Requirements;
import dev.opsagent.protocol.Requirements.Compliance;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.testing.UntouchedOperation;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TerritoryTest {
  private static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");

  private final AtomicReference<Environments> served =
      new AtomicReference<>(Environments.undeclared(List.of("staging", "local")));
  private final Territory territory =
      new Territory(
          Map.of("push", new UntouchedOperation()),
          served::get,
          Set.of(Requirement.APPROVALS),
          new Assignment(Router::shipped));

  @Test
  void anEnvironmentThatIsNotServedIsRefusedNamingThoseThatAre() {
    Reason reason = refuse("production").orElseThrow();

    assertThat(reason.code()).isEqualTo(ReasonCode.UNKNOWN_ENVIRONMENT);
    assertThat(reason.detail()).isEqualTo("target.environment must be one of [local, staging]");
  }

  @Test
  void environmentsThatChangedCountForTheNextOrder() {
    assertThat(refuse("local")).isEmpty();

    served.set(Environments.undeclared(List.of("production")));
    assertThat(refuse("production")).isEmpty();
    assertThat(refuse("local").map(Reason::code)).contains(ReasonCode.UNKNOWN_ENVIRONMENT);
  }

  @Test
  void whatCouldBeginOnlyWhenItsTimeIsOverIsRefused() {
    served.set(
        new Environments(
            List.of(
                Environment.undeclared("local")
                    .frozen(
                        List.of(
                            new Freeze(
                                "fair",
                                new ClockWindow.Once(
                                    LocalDateTime.parse("2026-11-28T00:00"),
                                    LocalDateTime.parse("2026-12-01T00:00")),
                                ZoneId.of("UTC"),
                                Set.of(),
                                Freeze.Held.CHANGES))))));
    TaskDispatch order = UntouchedOperation.task("local");
    TaskDispatch hasty = order.with(Requirements.within(Duration.ofDays(1)));

    assertThat(territory.refuse(order, NOW)).isEmpty();
    assertThat(territory.refuse(hasty, NOW).map(Reason::code)).contains(ReasonCode.DEADLINE_PASSED);
    assertThat(territory.refuse(hasty, NOW.plus(Duration.ofDays(3)))).isEmpty();
  }

  @Test
  void whatTheWorkerWouldHaveToEnforceAndDoesNotIsRefusedByItsName() {
    TaskDispatch order = UntouchedOperation.task("local");
    Compliance approved = compliance(Optional.empty());
    Compliance signed = compliance(Optional.of(true));

    assertThat(territory.refuse(order.with(of(approved)), NOW)).isEmpty();
    assertThat(territory.refuse(order.with(of(signed)), NOW))
        .get()
        .satisfies(it -> assertThat(it.code()).isEqualTo(ReasonCode.UNSUPPORTED_REQUIREMENT))
        .satisfies(it -> assertThat(it.detail()).contains("requirements.compliance.signed"))
        .satisfies(it -> assertThat(it.detail()).doesNotContain("compliance.approvals"));
  }

  private static Compliance compliance(Optional<Boolean> signed) {
    return new Compliance(
        Optional.empty(), Optional.empty(), signed, Optional.of(2), Optional.empty());
  }

  private static Requirements of(Compliance compliance) {
    return new Requirements(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(compliance));
  }

  private Optional<Reason> refuse(String environment) {
    return territory.refuse(UntouchedOperation.task(environment), NOW);
  }
}
