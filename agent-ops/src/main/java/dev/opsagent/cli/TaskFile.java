package dev.opsagent.cli;

import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.Message;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.TaskDispatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import tools.jackson.databind.JsonNode;

/** A task, or another message, that a person wrote down, as JSON or YAML. */
final class TaskFile {
  private TaskFile() {}

  /** Reads and checks the task; {@code -} is stdin. */
  static TaskDispatch read(Surroundings around, String name) {
    return (TaskDispatch) read(around, name, MessageType.TASK_DISPATCH);
  }

  /** The same for any message. */
  static Message read(Surroundings around, String name, MessageType type) {
    String shown = name.equals("-") ? "stdin" : name;
    String what = type == MessageType.TASK_DISPATCH ? "task" : "message";
    byte[] bytes = bytes(around, name, shown);
    try {
      return EventCodec.message(type, tree(bytes));
    } catch (InvalidMessage invalid) {
      String fix =
          "correct it; schemas/%s says what a %s may hold".formatted(type.schemaFile(), what);
      throw CommandFailed.usage(
          "use the %s in %s".formatted(what, shown), String.valueOf(invalid.getMessage()), fix);
    }
  }

  private static byte[] bytes(Surroundings around, String name, String shown) {
    try (InputStream in =
        name.equals("-") ? around.in() : Files.newInputStream(around.directory().resolve(name))) {
      return in.readNBytes(Json.MAX_BYTES + 1);
    } catch (IOException unreadable) {
      String fix = "name a JSON or YAML file, or - for stdin";
      throw CommandFailed.usage("read the task", shown + " cannot be read", fix);
    }
  }

  private static JsonNode tree(byte[] bytes) {
    for (byte character : bytes) {
      if (!Character.isWhitespace(character)) {
        return character == '{' ? Json.readTree(bytes) : Json.readYamlTree(bytes);
      }
    }
    return Json.readTree(bytes);
  }
}
