package dev.opsagent.cli;

import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.TaskDispatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import tools.jackson.databind.JsonNode;

/** A task that a person wrote down, as JSON or YAML. */
final class TaskFile {
  private TaskFile() {}

  /** Reads and checks the task; {@code -} is stdin. */
  static TaskDispatch read(Surroundings around, String name) {
    String shown = name.equals("-") ? "stdin" : name;
    byte[] bytes = bytes(around, name, shown);
    try {
      return (TaskDispatch) EventCodec.message(MessageType.TASK_DISPATCH, tree(bytes));
    } catch (InvalidMessage invalid) {
      String fix = "correct it; schemas/task.dispatch.schema.json says what a task may hold";
      throw CommandFailed.usage(
          "use the task in " + shown, String.valueOf(invalid.getMessage()), fix);
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
