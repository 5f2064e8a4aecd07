package dev.opsagent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.configuration.ConfigurationSources;
import dev.opsagent.configuration.ConfigurationSources.Loaded;
import dev.opsagent.configuration.EnvironmentsFile;
import dev.opsagent.configuration.OperatorFile;
import dev.opsagent.configuration.Setting;
import dev.opsagent.configuration.TrustFile;
import dev.opsagent.protocol.EventCodec;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.MessageType;
import dev.opsagent.protocol.OperationSchemas;
import dev.opsagent.protocol.TaskDispatch;
import dev.opsagent.protocol.TaskState;
import dev.opsagent.protocol.TopicRole;
import dev.opsagent.testing.ParameterTable;
import dev.opsagent.testing.Readme;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** Holds README to the code. */
class ReadmeTest {
  private static final Pattern CALL = Pattern.compile("\\./ops-agent ([a-z-]+)([^`\n>]*)");
  private static final Pattern OPTION = Pattern.compile("(?<= )--?[a-z][a-z-]*");
  private static final Pattern TOPIC = Pattern.compile("`((?:pm|ops|agents)\\.[a-z.]+[a-z])`");

  private final Readme readme = Readme.read();
  private final CommandLine root = OpsAgentCli.commandLine(Surroundings.ofProcess());

  @Test
  void tasksFitTheirSchemas() {
    List<String> tasks = blocks("taskId:");

    assertThat(tasks).isNotEmpty();
    for (String yaml : tasks) {
      JsonNode tree = Json.readYamlTree(yaml.getBytes(StandardCharsets.UTF_8));
      TaskDispatch task = (TaskDispatch) EventCodec.message(MessageType.TASK_DISPATCH, tree);
      OperationSchemas.validate(task.operation(), task.parameters());
    }
  }

  @Test
  void configurationsLoadAndTheWholeOneShowsEveryPart(@TempDir Path folder) throws Exception {
    List<String> configurations = blocks("bootstrap:");

    assertThat(configurations).isNotEmpty();
    for (String yaml : configurations) {
      Files.writeString(folder.resolve("ops-agent.yaml"), yaml);
      Loaded loaded =
          new ConfigurationSources(Map.of(), folder, folder).load(Optional.empty(), Map.of());
      assertThat(loaded).isInstanceOf(Loaded.Valid.class);
    }
  }

  @Test
  void everyYamlBlockIsATaskAConfigurationOrAFileOfEnvironments() {
    assertThat(readme.blocks("yaml"))
        .hasSize(
            blocks("taskId:").size() + blocks("bootstrap:").size() + blocks("version:").size());
  }

  @Test
  void theFileOfEnvironmentsIsSoundAndShowsEveryField(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(folder.resolve("environments.yaml"), readme.example("environments"));

    assertThat(EnvironmentsFile.load(file)).isInstanceOf(OperatorFile.Loaded.Sound.class);
    JsonNode entries = Json.readYamlTree(Files.readAllBytes(file)).path("environments");
    assertThat(entries.valueStream().flatMap(it -> it.propertyNames().stream()))
        .contains(environmentFields().toArray(String[]::new));
  }

  @Test
  void theTrustFileIsSound(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("trust.yaml"), readme.example("trust"));

    assertThat(TrustFile.load(file, Duration.ofDays(1)))
        .isInstanceOf(OperatorFile.Loaded.Sound.class);
  }

  @Test
  void fieldsOfAnEnvironmentAreThoseOfTheSchema() throws Exception {
    JsonNode schema = environmentsSchema();

    assertThat(readme.table("| field | type | default | meaning |"))
        .containsExactlyElementsOf(ParameterTable.rows(schema, schema.at("/$defs/environment")));
  }

  @Test
  void commandsAndTheirOptionsExist() {
    var calls = CALL.matcher(readme.text());
    int found = 0;
    while (calls.find()) {
      found++;
      CommandLine command = root.getSubcommands().get(calls.group(1));
      assertThat(command).as(calls.group()).isNotNull();
      for (String word : calls.group(2).strip().split(" ", -1)) {
        command = command.getSubcommands().getOrDefault(word, command);
      }
      assertThat(command.getCommandSpec().optionsMap().keySet())
          .as(calls.group())
          .containsAll(OPTION.matcher(calls.group(2)).results().map(it -> it.group()).toList());
    }
    assertThat(found).isGreaterThan(10);
  }

  @Test
  void everyCommandIsListedWithItsDescription() {
    assertThat(readme.table("| command | does |"))
        .containsExactlyElementsOf(
            root.getSubcommands().entrySet().stream().map(ReadmeTest::commandRow).toList());
  }

  @Test
  void exitCodesAreThoseOfTheEnum() {
    assertThat(readme.table("| code | name | meaning |"))
        .containsExactlyElementsOf(
            Arrays.stream(ExitCode.values()).map(ReadmeTest::exitCodeRow).toList());
  }

  @Test
  void statesAreThoseOfTheEnum() {
    assertThat(
            readme.table("| state | end | meaning |").stream()
                .map(Readme::cells)
                .map(it -> it.getFirst() + it.get(1)))
        .containsExactlyElementsOf(
            Arrays.stream(TaskState.values())
                .map(it -> "`" + it + "`" + (it.isEnd() ? "yes" : ""))
                .toList());
  }

  @Test
  void settingsAreThoseOfTheCode() {
    assertThat(
            readme.table("| key | environment | option | default | meaning |").stream()
                .map(Readme::cells)
                .map(it -> it.subList(0, 4)))
        .containsExactlyElementsOf(
            Arrays.stream(Setting.values()).map(ReadmeTest::settingCells).toList());
  }

  static Set<String> operations() {
    return OperationSchemas.names();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void parametersOfAnOperationAreThoseOfItsSchema(String operation) {
    Readme section = readme.section("### " + operation);

    assertThat(section.table("| parameter | type | default | meaning |"))
        .containsExactlyElementsOf(ParameterTable.rows(operation));
    assertThat(section.blocks("yaml"))
        .as("an example")
        .anySatisfy(it -> assertThat(it).contains("operation: " + operation + "\n"));
  }

  @Test
  void topicsExist() {
    List<String> known = Arrays.stream(TopicRole.values()).map(TopicRole::defaultName).toList();

    assertThat(TOPIC.matcher(readme.text()).results().map(it -> it.group(1))).isSubsetOf(known);
  }

  @Test
  void linksLeadToFilesAndHeadings() {
    List<String> headings =
        readme.text().lines().filter(it -> it.startsWith("#")).map(ReadmeTest::anchor).toList();

    for (String link : readme.links()) {
      if (link.startsWith("#")) {
        assertThat(headings).contains(link);
      } else if (!link.startsWith("https://")) {
        assertThat(Readme.root().resolve(link)).exists();
      }
    }
  }

  @Test
  void theJavaExampleCompiles(@TempDir Path folder) throws Exception {
    Path source = Files.writeString(folder.resolve("Example.java"), readme.example("java"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-cp", System.getProperty("java.class.path"), "-d", folder.toString());
      boolean compiled =
          compiler
              .getTask(said, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      assertThat(compiled).as(said.toString()).isTrue();
    }
  }

  private static Stream<String> environmentFields() throws IOException {
    return environmentsSchema().at("/$defs/environment/properties").propertyNames().stream();
  }

  private static JsonNode environmentsSchema() throws IOException {
    Path file = Readme.root().resolve("schemas/environments.schema.json");
    return Json.readTree(Files.readAllBytes(file));
  }

  private List<String> blocks(String marker) {
    return readme.blocks("yaml").stream().filter(it -> it.startsWith(marker)).toList();
  }

  private static String commandRow(Map.Entry<String, CommandLine> command) {
    String description =
        String.join(" ", command.getValue().getCommandSpec().usageMessage().description());
    return "| `%s` | %s |".formatted(command.getKey(), description);
  }

  private static String exitCodeRow(ExitCode code) {
    String name = code.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return "| %d | `%s` | %s |".formatted(code.code(), name, code.meaning());
  }

  private static List<String> settingCells(Setting setting) {
    List<String> cells = new ArrayList<>();
    Stream.of(setting.key(), setting.variable(), setting.flag(), setting.standard())
        .map(it -> it.isEmpty() ? "" : "`" + it + "`")
        .forEach(cells::add);
    return cells;
  }

  private static String anchor(String heading) {
    String words = heading.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT);
    return "#" + words.replaceAll("[^a-z0-9 -]", "").replace(' ', '-');
  }
}
