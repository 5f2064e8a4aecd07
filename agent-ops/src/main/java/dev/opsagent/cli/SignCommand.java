package dev.opsagent.cli;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.protocol.ControlMessage;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Evidence;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.SigningKey;
import dev.opsagent.protocol.TaskDispatch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "sign",
    description = "Signs a message that is written in a file, for any Kafka client to send.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Prints one line: a CloudEvent in structured mode, signed now under a new id. Send it with the",
      "header content-type: application/cloudevents+json, soon and only once. Needs no broker.",
      "",
      "Examples:",
      "  ops-agent sign task.json --key pm.jwk |",
      "    kcat -P -b localhost:9092 -t pm.tasks -k local/web \\",
      "      -H content-type=application/cloudevents+json",
      "  ops-agent sign --type evidence.qa.result --source /qa result.json"
    })
final class SignCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private ConfigurationOptions options;

  @Parameters(paramLabel = "FILE", description = "The message, as JSON or YAML; - is stdin.")
  private String file;

  @Option(
      names = "--type",
      paramLabel = "NAME",
      defaultValue = "task.dispatch",
      description = "What message it is (task.dispatch).")
  private String type;

  @Option(
      names = "--source",
      paramLabel = "URI",
      defaultValue = "/ops-agent/cli",
      description = "Who writes it, as the event says (/ops-agent/cli).")
  private String source;

  SignCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    SigningKey key = key(options.configuration(around));
    MessageType known = type();
    Message message = TaskFile.read(around, file, known);
    around.out().println(line(message, key));
    around.out().flush();
    return ExitCode.SUCCEEDED.code();
  }

  private String line(Message message, SigningKey key) {
    try {
      String id = UUID.randomUUID().toString();
      return EventCodec.signedLine(
          message, subject(message), source, id, around.clock().instant(), key);
    } catch (InvalidMessage invalid) {
      throw CommandFailed.usage(
          "sign the message", String.valueOf(invalid.getMessage()), "correct that value");
    }
  }

  private static SigningKey key(Configuration configuration) {
    Optional<Path> named = configuration.signing().key();
    return KeyFiles.read(
        named.orElseThrow(() ->
            CommandFailed.usage(
                "sign the message",
                "no key is named",
                "name one with --key FILE; ops-agent keys new makes one")));
  }

  private MessageType type() {
    List<MessageType> signed =
        Arrays.stream(MessageType.values()).filter(it -> it.topic().isSigned()).toList();
    return signed.stream()
        .filter(it -> it.message().equals(type))
        .findFirst()
        .orElseThrow(() ->
            CommandFailed.usage(
                "sign the message",
                "no message that is sent to workers has this type",
                "write one of " + signed.stream().map(MessageType::message).toList()));
  }

  private static String subject(Message message) {
    if (message instanceof TaskDispatch order) {
      return order.target().key();
    }
    if (message instanceof ControlMessage word) {
      return word.target().key();
    }
    if (message instanceof Evidence word) {
      return word.subject().commit();
    }
    throw new IllegalArgumentException("nobody signs " + message.getClass());
  }
}
