package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.util.Optional;

/**
 * What is deployed by recreate where a front stands before the target: the release takes the place
 * of the live one, which ends first; for one question. The front goes on listening, and has no
 * answer meanwhile.
 */
record FrontedRecreate(FrontedService service) {
  /** What was stopped is taken from the front. */
  Answer<Running> deploy(Route now, Release release) throws IOException, InterruptedException {
    if (!now.isOpen()) {
      return service.ended(Slot.NAMES) instanceof Answer.No<Boolean> no
          ? new Answer.No<>(no.failure())
          : service
              .front()
              .remove(service.key())
              .then(_ -> service.runtime().deploy(service.target(), release));
    }
    return release.port().filter(port -> port == now.port()).isPresent()
        ? inPlace(now.isLive(release) ? now : now.replacedBy(release), release)
        : service.refused(
            ReasonCode.CONFLICT,
            "its callers come in at the front, on port " + now.port(),
            "deploy it blue-green, or with that port, or stop it first");
  }

  /** The route tells first, so that what a crash leaves half done can be taken back. */
  private Answer<Running> inPlace(Route next, Release release)
      throws IOException, InterruptedException {
    Slot live = next.live();
    FrontedService turned = service.at(next);
    Answer<Running> first =
        service
            .front()
            .put(next)
            .then(_ -> turned.ended(next.idle()))
            .then(_ -> turned.endedBeyond(live))
            .then(
                _ -> service.runtime().deploy(service.slot(live.name()), release.on(live.port())));
    return first instanceof Answer.Ok<Running> && live.replicas() > 1
        ? new FrontedScale(turned).whole(live)
        : first.map(running -> FrontedService.shown(running, next));
  }

  /** The runtime itself keeps what had the place before. */
  Answer<Optional<Running>> goBack(Route now, Slot back) throws IOException, InterruptedException {
    return switch (service.runtime().rollback(service.slot(back.name()), now.live().digest())) {
      case Answer.No<Optional<Running>> no -> no;
      case Answer.Ok<Optional<Running>>(Optional<Running> there) ->
          there.filter(it -> it.digest().equals(back.digest())).isPresent()
              ? new FrontedReturn(service, now)
                  .turnBack(now.back(back.asking(1)).keeping(there.flatMap(Running::previous)))
              : new FrontedReturn(service, now)
                  .another(there.map(Running::version).orElse("nothing"), back);
    };
  }
}
