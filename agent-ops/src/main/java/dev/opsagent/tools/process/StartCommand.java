package dev.opsagent.tools.process;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * How a package is started: as it is told, else as its {@code start} script says when that is a
 * plain call of node, else its {@code main} file. A script is never given to a shell.
 */
final class StartCommand {
  private static final String FIX = "name the service's command in the task's deploy.command";
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./ \\t-]*");
  private static final String DEFAULT_MAIN = "index.js";

  private StartCommand() {}

  /** The argument list for the package, whose files lie in the folder. */
  static Answer<List<String>> of(List<String> told, JsonNode manifest, Path folder) {
    if (!told.isEmpty()) {
      return new Answer.Ok<>(told);
    }
    String script = manifest.path("scripts").path("start").asString("").strip();
    if (!script.isEmpty()) {
      return ofScript(script, folder);
    }
    return ofFile(List.of("node", manifest.path("main").asString(DEFAULT_MAIN)), folder);
  }

  private static Answer<List<String>> ofScript(String script, Path folder) {
    List<String> words = Stream.of(script.split("\\s+")).toList();
    if (!PLAIN.matcher(script).matches() || words.size() < 2 || !words.getFirst().equals("node")) {
      return no("its start script is more than a plain \"node FILE\", and no shell is ever used");
    }
    if (words.get(1).startsWith("-")) {
      return no("its start script gives node an option before the file");
    }
    return ofFile(words, folder);
  }

  private static Answer<List<String>> ofFile(List<String> words, Path folder) {
    Path file = folder.resolve(words.get(1)).normalize();
    boolean inside = file.startsWith(folder) && !words.get(1).startsWith("-");
    if (!inside || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return no("the package holds no file of the name that its start script or main gives");
    }
    return new Answer.Ok<>(words);
  }

  private static Answer<List<String>> no(String cause) {
    return new Answer.No<>(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "find the command that starts the package",
            cause,
            FIX));
  }
}
