package dev.opsagent.operations.deploy;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.Lines;
import dev.opsagent.operations.Service;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Trial;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/** What a release must pass before anybody reaches it: it serves, as its task says. */
final class Trials {
  private Trials() {}

  static Trial of(Adapters adapters, StepContext context) {
    return (candidate, log) -> {
      URI at = URI.create(candidate.address().orElseThrow());
      context.progress().line("%s is up, and is tried".formatted(candidate.version()));
      Optional<String> doubt = adapters.verification(context).doubt(at, context.timeout());
      context.fence().check(); // it took a while, and callers are turned to it next
      return doubt
          .<Answer<Boolean>>map(why -> new Answer.No<>(notReady(context, candidate, why, log)))
          .orElse(new Answer.Ok<>(true));
    };
  }

  private static Failure notReady(
      StepContext context, Running candidate, String why, Supplier<String> log) {
    String said = Lines.end(log.get()).map(lines -> "; its log ends: " + lines).orElse("");
    return Failure.of(
        ReasonCode.UNHEALTHY,
        "let callers of %s reach %s".formatted(Service.target(context), candidate.version()),
        Lines.printable(why) + said,
        "see the service's log");
  }
}
