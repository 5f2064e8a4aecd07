package dev.opsagent.tools.compose;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The programs of Docker: the engine's client, and Compose as its plugin or as the old program. */
final class Compose {
  private static final Duration QUESTION = Duration.ofSeconds(30);
  private static final String FIX =
      "start the Docker engine, and install Docker Compose 2 (the plugin of the docker command)";

  private final Programs programs;
  private final Path directory;
  private final Map<String, String> settings;
  private final Engine engine;
  private final List<String> compose;

  private Compose(
      Programs programs, Path directory, Map<String, String> settings, List<String> compose) {
    this.programs = programs;
    this.directory = directory;
    this.settings = Map.copyOf(settings);
    this.engine = new Engine(this.settings);
    this.compose = List.copyOf(compose);
  }

  /**
   * Finds an engine that answers and a Compose.
   *
   * @param directory where questions are asked
   * @param settings environment that leads to the engine
   */
  static Answer<Compose> find(Programs programs, Path directory, Map<String, String> settings) {
    Compose plugin = new Compose(programs, directory, settings, List.of("docker", "compose"));
    Compose program = new Compose(programs, directory, settings, List.of("docker-compose"));
    if (!plugin.answers(List.of("docker", "version", "--format", "{{.Server.Version}}"))) {
      return missing("the Docker engine does not answer");
    }
    if (plugin.answers(List.of("docker", "compose", "version"))) {
      return new Answer.Ok<>(plugin);
    }
    return program.answers(List.of("docker-compose", "version"))
        ? new Answer.Ok<>(program)
        : missing("Docker Compose is not installed");
  }

  boolean isPlugin() {
    return compose.size() > 1;
  }

  /** Asks the engine. */
  Answer<String> docker(String action, String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return output(action, run(command, directory, Map.of(), QUESTION));
  }

  /** Runs Compose on the files of a project. */
  Answer<String> project(String action, Project project, Duration timeout, String... arguments) {
    List<String> command = new ArrayList<>(compose);
    command.addAll(List.of("--project-name", project.name()));
    command.addAll(List.of("--project-directory", project.folder().toString()));
    project.files().forEach(file -> command.addAll(List.of("--file", file.toString())));
    command.addAll(List.of(arguments));
    // Files that override those of the project lie beside it.
    Grants grants = engine.grants(project.folder()).reading(project.files().toArray(Path[]::new));
    return output(action, run(command, project.folder(), project.environment(), timeout, grants));
  }

  /** The project's configuration, resolved. */
  Answer<JsonNode> config(String action, Project project) {
    String[] arguments =
        isPlugin() ? new String[] {"config", "--format", "json"} : new String[] {"config"};
    return project(action, project, QUESTION, arguments).then(text -> parsed(action, text));
  }

  /**
   * @param files compose files, the later ones override
   * @param environment what variables in the files stand for
   */
  record Project(String name, Path folder, List<Path> files, Map<String, String> environment) {
    Project {
      files = List.copyOf(files);
      environment = Map.copyOf(environment);
    }
  }

  private Answer<JsonNode> parsed(String action, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      return new Answer.Ok<>(isPlugin() ? Json.readTree(bytes) : Json.readYamlTree(bytes));
    } catch (InvalidMessage e) {
      return new Answer.No<>(
          Failure.of(
              ReasonCode.TOOL_FAILED,
              action,
              "the resolved compose file cannot be read, or is longer than 64 KiB",
              "make the compose file smaller"));
    }
  }

  private boolean answers(List<String> command) {
    if (!programs.available(command.getFirst())) {
      return false;
    }
    return switch (run(command, directory, Map.of(), QUESTION)) {
      case Answer.Ok<Finished> ok -> ok.value().exitCode() == 0;
      case Answer.No<Finished> ignored -> false;
    };
  }

  private Answer<Finished> run(
      List<String> command, Path folder, Map<String, String> variables, Duration timeout) {
    return run(command, folder, variables, timeout, engine.grants(folder));
  }

  private Answer<Finished> run(
      List<String> command,
      Path folder,
      Map<String, String> variables,
      Duration timeout,
      Grants grants) {
    Map<String, String> environment = new HashMap<>(variables);
    environment.putAll(settings);
    return programs.run(new Command(command, folder, environment, timeout, grants));
  }

  private static Answer<String> output(String action, Answer<Finished> answer) {
    return answer.then(finished ->
        finished.exitCode() == 0 ? new Answer.Ok<>(finished.stdout()) : no(action, finished));
  }

  private static Answer<String> no(String action, Finished finished) {
    String said =
        lastLine(finished.stderr()).or(() -> lastLine(finished.stdout())).orElse("no word");
    return new Answer.No<>(
        Failure.of(
            ReasonCode.TOOL_FAILED,
            action,
            "docker ended with exit code " + finished.exitCode() + ": " + said,
            "read the service's log"));
  }

  private static Optional<String> lastLine(String text) {
    return text.lines()
        .map(line -> line.replaceAll("\\p{Cntrl}+", " ").strip())
        .filter(line -> !line.isEmpty())
        .reduce((before, last) -> last)
        .map(line -> line.length() > 300 ? line.substring(0, 300) + "…" : line);
  }

  private static <T> Answer<T> missing(String cause) {
    return new Answer.No<>(Failure.of(ReasonCode.TOOL_MISSING, "reach Docker", cause, FIX));
  }
}
