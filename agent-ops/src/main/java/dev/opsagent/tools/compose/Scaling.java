package dev.opsagent.tools.compose;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Replicas;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.util.Optional;

/**
 * More or fewer containers of one service of what runs.
 *
 * @param count how many there are to be
 */
record Scaling(String target, String service, int count) {
  /**
   * Writes down how many there are to be, and makes or removes containers until there are. What a
   * crash leaves on the way is told by the engine's containers, and another call goes on with it.
   */
  Answer<Boolean> scale(
      Optional<Running> now, ComposeFolder folder, Preparation preparation, Projects projects)
      throws IOException, InterruptedException {
    if (now.isEmpty()) {
      return no(ReasonCode.PRECONDITION_FAILED, "nothing runs there", "deploy a release first");
    }
    Optional<Kept.State> kept =
        folder.read().filter(it -> it.current().isOf(now.get().digest(), now.get().taskId()));
    if (kept.isEmpty()) {
      return no(
          ReasonCode.PRECONDITION_FAILED,
          "what runs is not kept in this worker's data folder",
          "deploy a release first");
    }
    if (confirmed(now) instanceof Answer.Ok<Running>) {
      return new Answer.Ok<>(true);
    }
    Answer<Kept> scaled = preparation.scaled(kept.get().current(), service, count);
    if (scaled instanceof Answer.Ok<Kept>(Kept next)) {
      folder.write(kept.get().scaling(next));
      scaled = preparation.again(next, next);
    }
    return switch (scaled) {
      case Answer.No<Kept> no -> new Answer.No<>(no.failure());
      case Answer.Ok<Kept> ok -> projects.scale(ok.value(), service);
    };
  }

  /** Compose said that there are so many; the engine has the last word. */
  Answer<Running> confirmed(Optional<Running> now) {
    Replicas all = new Replicas(count, count);
    return now.filter(it -> all.equals(it.services().get(service)))
        .<Answer<Running>>map(Answer.Ok::new)
        .orElseGet(() ->
            no(
                ReasonCode.UNHEALTHY,
                "the engine does not run so many containers of it",
                "read the service's log"));
  }

  private <T> Answer<T> no(ReasonCode code, String cause, String fix) {
    return new Answer.No<>(
        Failure.of(code, "run %d of %s on %s".formatted(count, service, target), cause, fix));
  }
}
