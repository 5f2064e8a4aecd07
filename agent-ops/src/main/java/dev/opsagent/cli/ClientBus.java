package dev.opsagent.cli;

import dev.opsagent.audit.AuditEntry;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.kafka.AuditHistory;
import dev.opsagent.protocol.BrokerUnreachable;
import dev.opsagent.protocol.ClientFailure;
import dev.opsagent.protocol.ClientSettings;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.NoReportInTime;
import dev.opsagent.protocol.OpsClient;
import dev.opsagent.protocol.RecordPosition;
import dev.opsagent.protocol.SigningKey;
import dev.opsagent.protocol.StartAt;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.Subscription;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The bus through {@link OpsClient}, as any agent would use it. */
final class ClientBus implements Bus {
  private final OpsClient client;
  private final Topics topics;
  private final boolean speechless;

  /**
   * @param speechless whether nothing can be sent, for want of a key
   */
  private ClientBus(OpsClient client, Topics topics, boolean speechless) {
    this.client = client;
    this.topics = topics;
    this.speechless = speechless;
  }

  static Bus open(Configuration configuration) {
    Map<String, String> properties = new TreeMap<>(configuration.bus().properties());
    properties.put("bootstrap.servers", configuration.bus().bootstrap());
    Topics topics = configuration.topics().names();
    Optional<SigningKey> key = configuration.signing().key().map(KeyFiles::read);
    ClientSettings plain = ClientSettings.of("/ops-agent/cli");
    ClientSettings settings = key.map(plain::signing).orElse(plain);
    boolean speechless = configuration.signing().required() && key.isEmpty();
    return told(
        () -> new ClientBus(new OpsClient(properties, topics, settings), topics, speechless));
  }

  @Override
  public RecordPosition send(Message message) {
    if (speechless) {
      throw CommandFailed.usage(
          "sign the message",
          "no key is named",
          "name one with --key FILE or key: in the configuration; ops-agent keys new makes one");
    }
    return told(() -> join(stage(message)));
  }

  private CompletionStage<RecordPosition> stage(Message message) {
    if (message instanceof TaskDispatch dispatch) {
      return client.dispatch(dispatch);
    }
    if (message instanceof ControlMessage control) {
      return client.control(control);
    }
    if (message instanceof Evidence evidence) {
      return client.evidence(evidence);
    }
    throw new IllegalArgumentException("nobody sends this from here: " + message.getClass());
  }

  private static RecordPosition join(CompletionStage<RecordPosition> sent) {
    try {
      return sent.toCompletableFuture().join();
    } catch (CompletionException failed) {
      throw failed.getCause() instanceof ClientFailure known ? known : failed;
    }
  }

  @Override
  public Reports reports(Optional<String> task, From from) {
    BlockingQueue<StatusReport> queue = new LinkedBlockingQueue<>();
    StartAt start =
        switch (from) {
          case BEGINNING -> StartAt.beginning();
          case NOW -> StartAt.now();
        };
    return new Streamed(queue, told(() -> client.stream(task, start, queue::add)));
  }

  @Override
  public void history(Optional<String> task, Consumer<StatusReport> reports) {
    told(() -> {
      client.history(task, reports);
      return topics;
    });
  }

  @Override
  public void audit(Consumer<AuditEntry> entries) {
    told(() -> {
      AuditHistory.read(client, topics.audit(), entries);
      return topics;
    });
  }

  @Override
  public void close() {
    client.close();
  }

  /** Makes a failure of the bus one of the command. */
  private static <T> T told(Supplier<T> action) {
    try {
      return action.get();
    } catch (ClientFailure failure) {
      ExitCode code =
          switch (failure) {
            case BrokerUnreachable _ -> ExitCode.NO_BROKER;
            case NoReportInTime _ -> ExitCode.TIMED_OUT;
            case ClientFailure other when other.failure().retryable() -> ExitCode.FAILED;
            case ClientFailure _ -> ExitCode.USAGE;
          };
      throw new CommandFailed(code, failure.failure());
    }
  }

  private record Streamed(BlockingQueue<StatusReport> queue, Subscription subscription)
      implements Reports {
    @Override
    public List<StatusReport> poll(Duration atMost) {
      List<StatusReport> reports = new ArrayList<>();
      try {
        StatusReport first = queue.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          reports.add(first);
          queue.drainTo(reports);
          return reports;
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
      // A stream that broke off by itself must not look like a bus where nothing happens.
      if (subscription.ended().toCompletableFuture().isCompletedExceptionally()) {
        told(() -> subscription.ended().toCompletableFuture().join());
      }
      return reports;
    }

    @Override
    public void close() {
      subscription.close();
    }
  }
}
