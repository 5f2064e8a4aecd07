package dev.opsagent.intake;

import dev.opsagent.authority.trust.Admission;
import dev.opsagent.authority.trust.Authenticator;
import dev.opsagent.execution.Barred;
import dev.opsagent.execution.Intent;
import dev.opsagent.execution.Journal.Input;
import dev.opsagent.execution.JournalRecord.DeadLetter;
import dev.opsagent.execution.JournalRecord.Forwarded;
import dev.opsagent.execution.PartitionEngine;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.EventCodec.Incoming;
import dev.opsagent.protocol.EventSignature;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.StatusReport.Reason;
import dev.opsagent.protocol.Target;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Judges each input record and hands it to the engine of its partition, which records the verdict
 * in one transaction with the record's position. It runs no work and asks nothing outside.
 */
public final class Intake {
  private static final int MAX_ORDER_BYTES = 128 * 1024;
  private static final int MAX_HEADERS = 32;
  private static final int MAX_HEADER_BYTES = 4096;
  private static final String REASON = "ops-reason";

  private final Decoder decoder;
  private final Authenticator authenticator;
  private final Territory territory;
  private final ToIntFunction<String> partitionOf;
  private final InstantSource clock;

  /**
   * @param partitionOf the partition that a target's key belongs to
   */
  public Intake(
      Decoder decoder,
      Authenticator authenticator,
      Territory territory,
      ToIntFunction<String> partitionOf,
      InstantSource clock) {
    this.decoder = decoder;
    this.authenticator = authenticator;
    this.territory = territory;
    this.partitionOf = partitionOf;
    this.clock = clock;
  }

  /**
   * Takes the record; never throws for what is in it.
   *
   * @param known the words that the partition has heard
   */
  public void deliver(Delivery delivery, PartitionEngine engine, KnownEvents known) {
    try {
      Incoming incoming = decoder.read(delivery);
      checkPlace(delivery.input(), incoming.message());
      Target target = target(incoming.message());
      if (elsewhere(delivery, target)) {
        forward(delivery, target, engine); // only there is known what may be answered
        return;
      }
      switch (admission(delivery, incoming, known)) {
        case Admission.Refused refused ->
            engine.bar(barred(incoming, refused), delivery.consumed());
        case Admission admission -> route(delivery, incoming, admission, engine);
      }
    } catch (InvalidMessage fault) {
      unreadable(delivery, fault, engine);
    }
  }

  /** Notes a word that the partition has heard before this worker had it. */
  public void remember(Delivery delivery, KnownEvents known) {
    try {
      var _ = admission(delivery, decoder.read(delivery), known);
    } catch (InvalidMessage _) {
      return; // nobody has heard what cannot be read
    }
  }

  private Admission admission(Delivery delivery, Incoming incoming, KnownEvents known) {
    return switch (authenticator.admit(incoming, delivery.appendedAt())) {
      case Admission.Admitted(String agent) when heardHere(delivery, incoming) ->
          known.note(
                  agent,
                  incoming.eventId(),
                  incoming.signature().orElseThrow().time(),
                  delivery.appendedAt())
              ? new Admission.Admitted(agent)
              : new Admission.Refused(
                  ReasonCode.REPLAYED, "this event of " + agent + " was sent before");
      case Admission other -> other;
    };
  }

  /** Orders are told apart by the ids of their tasks, which are known for longer. */
  private boolean heardHere(Delivery delivery, Incoming incoming) {
    return incoming.message() instanceof ControlMessage word && !elsewhere(delivery, word.target());
  }

  private static void checkPlace(Input input, Message message) {
    boolean good =
        message instanceof TaskDispatch
            || (input == Input.CONTROL && message instanceof ControlMessage);
    if (!good) {
      throw new InvalidMessage("type", "does not belong on this topic");
    }
  }

  private void route(
      Delivery delivery, Incoming incoming, Admission admission, PartitionEngine engine) {
    if (incoming.message() instanceof TaskDispatch order) {
      dispatch(delivery, order, incoming, admission, engine);
    }
    if (incoming.message() instanceof ControlMessage control) {
      engine.control(control, delivery.consumed());
    }
  }

  private Barred barred(Incoming incoming, Admission.Refused refused) {
    Optional<StatusReport> report = Optional.empty();
    Optional<String> taskId = Optional.empty();
    if (incoming.message() instanceof TaskDispatch order) {
      Reason reason = new Reason(refused.code(), refused.detail(), Optional.empty());
      taskId = Optional.of(order.taskId());
      report = Optional.of(refusal(order.taskId(), order.operation(), order.target(), reason));
    }
    return new Barred(
        refused.code(),
        refused.detail(),
        incoming.source(),
        target(incoming.message()),
        taskId,
        report,
        incoming.traceparent());
  }

  private static Target target(Message message) {
    if (message instanceof ControlMessage word) {
      return word.target();
    }
    if (message instanceof TaskDispatch order) {
      return order.target();
    }
    throw new InvalidMessage("type", "does not belong on this topic");
  }

  /** Only what overtakes may come where nothing is ever held back. */
  private Optional<Reason> misplaced(Delivery delivery, TaskDispatch order) {
    if (delivery.input() == Input.TASKS || territory.overtakes(order.operation())) {
      return Optional.empty();
    }
    String detail = order.operation() + " belongs on pm.tasks; pm.control takes what overtakes";
    return Optional.of(new Reason(ReasonCode.MALFORMED, detail, Optional.empty()));
  }

  private void dispatch(
      Delivery delivery,
      TaskDispatch order,
      Incoming incoming,
      Admission admission,
      PartitionEngine engine) {
    Optional<Reason> refused =
        misplaced(delivery, order).or(() -> territory.refuse(order, clock.instant()));
    if (refused.isPresent()) {
      StatusReport report =
          refusal(order.taskId(), order.operation(), order.target(), refused.orElseThrow());
      String digest = EventCodec.payloadDigest(order);
      engine.refuse(order, report, digest, incoming.traceparent(), delivery.consumed());
      return;
    }
    TaskDispatch kept = withoutInstruction(order);
    if (tooLarge(delivery, kept)) {
      throw new InvalidMessage(
          "", "must hold at most " + MAX_ORDER_BYTES + " bytes beside its instruction");
    }
    engine.dispatch(
        kept, intent(order, incoming, admission), incoming.traceparent(), delivery.consumed());
  }

  /** Of free text, its digest is kept, and what its sender must know. */
  private Intent intent(TaskDispatch order, Incoming incoming, Admission admission) {
    Optional<String> signer = admission.signer();
    return new Intent(
        EventCodec.payloadDigest(order),
        order.instruction().map(Digests::sha256),
        territory.assignment().remark(order),
        signer,
        signer.flatMap(_ -> incoming.signature()).flatMap(EventSignature::keyId));
  }

  /** The order becomes a part of each record of its task. */
  private static boolean tooLarge(Delivery delivery, TaskDispatch kept) {
    return delivery.value().orElseThrow().length > MAX_ORDER_BYTES
        && Json.write(kept).length > MAX_ORDER_BYTES;
  }

  /** Free text is for routing only: it may carry what must not be kept. */
  private static TaskDispatch withoutInstruction(TaskDispatch order) {
    return new TaskDispatch(
        order.taskId(),
        order.operation(),
        order.target(),
        order.repository(),
        order.parameters(),
        order.requirements(),
        order.requiredEvidence(),
        order.requestedBy(),
        order.dryRun(),
        Optional.empty());
  }

  private boolean elsewhere(Delivery delivery, Target target) {
    return partitionOf.applyAsInt(target.key()) != delivery.partition();
  }

  /** Producers in other languages choose partitions differently; a target has one all the same. */
  private void forward(Delivery delivery, Target target, PartitionEngine engine) {
    Forwarded record =
        new Forwarded(
            delivery.input(),
            partitionOf.applyAsInt(target.key()),
            target.key(),
            delivery.value().orElseThrow(),
            bounded(delivery.headers()));
    engine.pass(record, delivery.consumed());
  }

  private void unreadable(Delivery delivery, InvalidMessage fault, PartitionEngine engine) {
    String expectation = Optional.ofNullable(fault.getMessage()).orElse("cannot be read");
    Optional<StatusReport> report = Addressed.in(delivery).map(to -> malformed(to, expectation));
    if (report.isPresent()) {
      engine.refuse(report.orElseThrow(), Optional.empty(), delivery.consumed());
      return;
    }
    Map<String, byte[]> headers = new HashMap<>(bounded(delivery.headers()));
    headers.put(REASON, bytes(ReasonCode.MALFORMED + ": " + expectation));
    headers.put("ops-field", bytes(fault.field()));
    headers.put("ops-origin", bytes(origin(delivery)));
    DeadLetter letter = new DeadLetter(delivery.key(), delivery.value(), headers);
    engine.pass(letter, delivery.consumed());
  }

  private static String origin(Delivery delivery) {
    return delivery.input() + "-" + delivery.partition() + "@" + delivery.offset();
  }

  private StatusReport malformed(Addressed to, String expectation) {
    Reason reason = new Reason(ReasonCode.MALFORMED, expectation, Optional.empty());
    return refusal(to.taskId(), to.operation(), to.target(), reason);
  }

  private StatusReport refusal(String taskId, String operation, Target target, Reason reason) {
    return new StatusReport(
        taskId,
        operation,
        target,
        TaskState.REJECTED,
        1,
        Optional.empty(),
        Optional.of(reason),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        clock.instant());
  }

  /** Headers are kept, but an abundance of them is not: it would grow with every hop. */
  private static Map<String, byte[]> bounded(Map<String, byte[]> headers) {
    Map<String, byte[]> kept = new HashMap<>();
    headers.entrySet().stream()
        .filter(header -> header.getValue().length <= MAX_HEADER_BYTES)
        .sorted(Map.Entry.comparingByKey())
        .limit(MAX_HEADERS)
        .forEach(header -> kept.put(header.getKey(), header.getValue()));
    return kept;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
