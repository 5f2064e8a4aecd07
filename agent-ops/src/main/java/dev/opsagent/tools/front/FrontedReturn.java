package dev.opsagent.tools.front;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.tools.front.Route.Slot;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How the release before comes back, for one question.
 *
 * @param now the route in force
 */
record FrontedReturn(FrontedService service, Route now) {
  Answer<Optional<Running>> rollback(String digest) throws IOException, InterruptedException {
    boolean isLive =
        now.live().digest().equals(digest) && now.withdrawn().filter(digest::equals).isEmpty();
    if (!isLive) {
      Answer<Boolean> alone =
          now.canary().isPresent()
              ? service.front().put(now.with(Optional.empty()))
              : new Answer.Ok<>(true);
      return alone.then(_ -> service.ended(unreached())) instanceof Answer.No<Boolean> no
          ? new Answer.No<>(no.failure())
          : refilled(now.with(Optional.empty()), now.live());
    }
    return now.other().isPresent() ? goBack(now.other().get()) : leave();
  }

  /** Neither live nor kept to be gone back to: what was tried, or taken back. */
  private List<String> unreached() {
    return now.idle().stream()
        .filter(name -> now.other().filter(it -> it.name().equals(name)).isEmpty())
        .toList();
  }

  /** All that it had of replicas, once some of them have ended for another release. */
  private Answer<Optional<Running>> refilled(Route turned, Slot live)
      throws IOException, InterruptedException {
    return turned.isOpen()
            && service.again(turned).filled(live, live.replicas()) instanceof Answer.No<Slot> no
        ? new Answer.No<>(no.failure())
        : service.live(turned.live(live.asking(live.replicas())));
  }

  /** What would tell how many replicas there are goes last. */
  private Answer<Optional<Running>> leave() throws IOException, InterruptedException {
    if (service.most() == 1) {
      return service
          .front()
          .remove(service.key())
          .then(_ -> service.ended(Slot.NAMES))
          .map(_ -> Optional.empty());
    }
    Answer<Boolean> ended =
        service.front().put(now.open(false)).then(_ -> service.ended(Slot.NAMES));
    return ended instanceof Answer.No<Boolean> no
        ? new Answer.No<>(no.failure())
        : service.front().remove(service.key()).map(_ -> Optional.empty());
  }

  /** The route's live release answers, and nothing else runs. */
  Answer<Optional<Running>> turnBack(Route turned) throws IOException, InterruptedException {
    Answer<Boolean> alone =
        service
            .front()
            .put(turned)
            .then(_ -> service.ended(turned.idle()))
            .then(_ -> service.endedBeyond(turned.live()));
    return alone instanceof Answer.No<Boolean> no
        ? new Answer.No<>(no.failure())
        : refilled(turned, turned.live());
  }

  /** What is warm only has to be turned to; what was retired is started first. */
  private Answer<Optional<Running>> goBack(Slot back) throws IOException, InterruptedException {
    if (now.isInPlace()) {
      return new FrontedRecreate(service).goBack(now, back);
    }
    Answer<Optional<Running>> warm = service.runtime().running(service.slot(back.name()));
    Answer<Running> up =
        warm.then(running ->
            running
                .<Answer<Running>>map(Answer.Ok::new)
                .orElseGet(
                    () -> service.runtime().restart(service.slot(back.name()), back.taskId())));
    if (up instanceof Answer.No<Running> no) {
      return new Answer.No<>(no.failure());
    }
    if (up instanceof Answer.Ok<Running>(Running there) && !there.digest().equals(back.digest())) {
      return another(there.version(), back);
    }
    boolean cold = warm instanceof Answer.Ok<Optional<Running>>(var running) && running.isEmpty();
    if (cold && now.isOpen()) {
      // It lives, and may not listen yet; the one that is left answers meanwhile.
      FirstAnswer.await(URI.create(back.address()));
    }
    return turnBack(now.back(cold ? back.asking(1) : back));
  }

  Answer<Optional<Running>> another(String there, Slot back) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.CONFLICT,
            "go back to the release before on " + service.target(),
            "%s is in its place, and not %s".formatted(there, back.version()),
            "deploy the release that should run"));
  }
}
