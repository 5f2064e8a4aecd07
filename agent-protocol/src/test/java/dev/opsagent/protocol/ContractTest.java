package dev.opsagent.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.opsagent.protocol.Examples.Example;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Holds the records to the schemas, both ways, and both to the examples. */
class ContractTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String OWNERSHIP = "ownership";
  private static final String ENVIRONMENTS = "environments";
  private static final String TRUST = "trust";
  private static final String GATES = "gates";
  private static final Map<MessageType, Set<String>> DEFAULTED =
      Map.of(
          MessageType.TASK_DISPATCH,
          Set.of("parameters", "requirements", "requiredEvidence", "dryRun"),
          MessageType.AGENT_CARD,
          Set.of("skills", "defaultInputModes", "defaultOutputModes"));

  static Stream<Example> goodMessages() {
    return Examples.good().filter(ContractTest::isMessage);
  }

  static Stream<Example> badMessages() {
    return Examples.bad().filter(ContractTest::isMessage).filter(example -> !isDropped(example));
  }

  /** Of evidence, what the schema does not know is dropped: see KnowledgeBoundaryTest. */
  static Stream<Example> dropped() {
    return Examples.bad().filter(ContractTest::isMessage).filter(ContractTest::isDropped);
  }

  static Stream<Example> goodParameters() {
    return Examples.good().filter(ContractTest::isOperation);
  }

  static Stream<Example> badParameters() {
    return Examples.bad().filter(ContractTest::isOperation);
  }

  @ParameterizedTest
  @MethodSource("goodMessages")
  void aGoodExampleReadsAndWritesBackEqual(Example example) {
    MessageType type = type(example);
    JsonNode tree = Json.readTree(example.bytes());
    Message message = EventCodec.message(type, tree);

    ProducerRecord<byte[], byte[]> record =
        EventCodec.write("t", null, "k", message, "/test", "e-1", NOW, Optional.empty());
    EventCodec.Incoming incoming = EventCodec.read(record.value(), record.headers());

    assertThat(MessageType.of(message)).isEqualTo(type);
    assertThat(incoming.message()).isEqualTo(message);
    assertThat(Json.canonical(Json.readTree(record.value())))
        .isEqualTo(Json.canonical(withDefaults(type, tree)));
  }

  @ParameterizedTest
  @MethodSource("badMessages")
  void aBadExampleIsRefusedNamingTheField(Example example) {
    MessageType type = type(example);
    JsonNode tree = Json.readTree(example.bytes());
    InvalidMessage bySchema = refusal(() -> Schemas.validate(type.schemaId(), tree, ""));
    InvalidMessage byCodec =
        refusal(() -> EventCodec.read(example.bytes(), TestEvents.headers(type.type())));

    assertThat(bySchema.field()).isEqualTo(example.expected());
    assertThat(byCodec.field()).isEqualTo(example.expected());
    assertThat(byCodec.getMessage()).startsWith(example.expected()).hasSizeLessThan(1200);
  }

  @ParameterizedTest
  @MethodSource("dropped")
  void evidenceThatSaysTooMuchBreaksItsSchema(Example example) {
    InvalidMessage refusal =
        refusal(
            () -> Schemas.validate(type(example).schemaId(), Json.readTree(example.bytes()), ""));

    assertThat(refusal.field()).isEqualTo(example.expected());
  }

  @ParameterizedTest
  @MethodSource("goodParameters")
  void goodParametersAreAccepted(Example example) {
    OperationSchemas.validate(operation(example), Json.readTree(example.bytes()));
  }

  @ParameterizedTest
  @MethodSource("badParameters")
  void badParametersAreRefusedNamingTheField(Example example) {
    JsonNode tree = Json.readTree(example.bytes());
    InvalidMessage refusal = refusal(() -> OperationSchemas.validate(operation(example), tree));

    assertThat(refusal.field()).isEqualTo(example.expected());
    assertThat(refusal.getMessage()).doesNotContain("hunter2");
  }

  static Stream<Example> goodMaps() {
    return Examples.good().filter(ContractTest::isMapOfOwners);
  }

  static Stream<Example> badMaps() {
    return Examples.bad().filter(ContractTest::isMapOfOwners);
  }

  @ParameterizedTest
  @MethodSource("goodMaps")
  void aGoodMapOfOwnersIsAccepted(Example example) {
    OwnershipSchema.validate(Json.readTree(example.bytes()));
  }

  @ParameterizedTest
  @MethodSource("badMaps")
  void aBadMapOfOwnersIsRefusedNamingTheField(Example example) {
    JsonNode tree = Json.readTree(example.bytes());

    assertThat(refusal(() -> OwnershipSchema.validate(tree)).field()).isEqualTo(example.expected());
  }

  static Stream<Example> goodEnvironments() {
    return Examples.good().filter(ContractTest::isEnvironments);
  }

  static Stream<Example> badEnvironments() {
    return Examples.bad().filter(ContractTest::isEnvironments);
  }

  @ParameterizedTest
  @MethodSource("goodEnvironments")
  void goodEnvironmentsAreAccepted(Example example) {
    EnvironmentsSchema.validate(Json.readTree(example.bytes()));
  }

  @ParameterizedTest
  @MethodSource("badEnvironments")
  void badEnvironmentsAreRefusedNamingTheField(Example example) {
    JsonNode tree = Json.readTree(example.bytes());

    assertThat(refusal(() -> EnvironmentsSchema.validate(tree)).field())
        .isEqualTo(example.expected());
  }

  static Stream<Example> goodTrust() {
    return Examples.good().filter(ContractTest::isTrust);
  }

  static Stream<Example> badTrust() {
    return Examples.bad().filter(ContractTest::isTrust);
  }

  @ParameterizedTest
  @MethodSource("goodTrust")
  void aGoodTrustFileIsAccepted(Example example) {
    TrustSchema.validate(Json.readTree(example.bytes()));
  }

  @ParameterizedTest
  @MethodSource("badTrust")
  void aBadTrustFileIsRefusedNamingTheField(Example example) {
    JsonNode tree = Json.readTree(example.bytes());

    assertThat(refusal(() -> TrustSchema.validate(tree)).field()).isEqualTo(example.expected());
  }

  static Stream<Example> goodGates() {
    return Examples.good().filter(ContractTest::isGates);
  }

  static Stream<Example> badGates() {
    return Examples.bad().filter(ContractTest::isGates);
  }

  @ParameterizedTest
  @MethodSource("goodGates")
  void goodGatePoliciesAreAccepted(Example example) {
    GatesSchema.validate(Json.readTree(example.bytes()));
  }

  @ParameterizedTest
  @MethodSource("badGates")
  void badGatePoliciesAreRefusedNamingTheField(Example example) {
    JsonNode tree = Json.readTree(example.bytes());

    assertThat(refusal(() -> GatesSchema.validate(tree)).field()).isEqualTo(example.expected());
  }

  @Test
  void everySchemaHasGoodAndBadExamples() {
    Set<String> schemas =
        Stream.concat(
                Arrays.stream(MessageType.values()).map(MessageType::message),
                OperationSchemas.names().stream().map(name -> "operations." + name))
            .collect(Collectors.toCollection(TreeSet::new));
    schemas.add(OWNERSHIP);
    schemas.add(ENVIRONMENTS);
    schemas.add(TRUST);
    schemas.add(GATES);

    assertThat(folders(Examples.good())).isEqualTo(schemas);
    assertThat(folders(Examples.bad())).isEqualTo(schemas);
  }

  @Test
  void everySchemaFileBelongsToAMessageAnOperationOrAFileOfTheOperator() throws IOException {
    Set<String> messages =
        Arrays.stream(MessageType.values())
            .map(MessageType::schemaFile)
            .collect(Collectors.toSet());
    Set<String> operations =
        OperationSchemas.names().stream()
            .map(name -> name + ".schema.json")
            .collect(Collectors.toSet());
    messages.add("common.schema.json");
    messages.add(OwnershipSchema.FILE);
    messages.add(EnvironmentsSchema.FILE);
    messages.add(TrustSchema.FILE);
    messages.add(GatesSchema.FILE);

    assertThat(files(Examples.SCHEMAS)).isEqualTo(messages);
    assertThat(files(Examples.SCHEMAS.resolve("operations"))).isEqualTo(operations);
  }

  @ParameterizedTest
  @EnumSource(MessageType.class)
  void everyComponentOfARecordStandsInItsSchemaAndTheOtherWayRound(MessageType type) {
    JsonNode schema = SchemaTree.of(type);

    assertThat(schema.path("$id").asString()).isEqualTo(type.schemaId());
    assertThat(schema.path("title").asString()).isEqualTo(type.message());
    assertAlike(type.message(), type.record(), schema, schema, defaulted(type));
  }

  @Test
  void theSchemaGivesTheA2aStateOfEveryState() {
    JsonNode mapping = SchemaTree.common().at("/$defs/taskState/x-a2a");
    Map<String, String> expected =
        Arrays.stream(TaskState.values())
            .collect(Collectors.toMap(TaskState::name, TaskState::a2a));

    assertThat(
            mapping
                .propertyStream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().asString())))
        .isEqualTo(expected);
  }

  private static void assertAlike(
      String path, Type type, JsonNode node, JsonNode root, Set<String> defaulted) {
    SchemaTree.Place place = SchemaTree.resolve(node, root);
    if (type instanceof ParameterizedType generic) {
      assertGenericAlike(path, generic, place);
      return;
    }
    Class<?> raw = (Class<?>) type;
    if (raw.isRecord()) {
      assertRecordAlike(path, raw, place, defaulted);
    }
    if (raw.isSealed() && raw == Deliverable.class) {
      assertDeliverablesAlike(place);
    }
    if (raw.isEnum()) {
      assertThat(SchemaTree.texts(place.node().path("enum"))).as(path).isEqualTo(names(raw));
    }
  }

  private static void assertRecordAlike(
      String path, Class<?> record, SchemaTree.Place place, Set<String> defaulted) {
    JsonNode properties = place.node().path("properties");
    RecordComponent[] components = record.getRecordComponents();
    Set<String> required = new TreeSet<>();
    for (RecordComponent component : components) {
      boolean optional = component.getType() == Optional.class;
      if (!optional && !defaulted.contains(component.getName())) {
        required.add(component.getName());
      }
      assertAlike(
          path + "." + component.getName(),
          component.getGenericType(),
          properties.path(component.getName()),
          place.root(),
          Set.of());
    }
    Set<String> names =
        Arrays.stream(components).map(RecordComponent::getName).collect(Collectors.toSet());
    Set<String> known = SchemaTree.names(properties);
    Set<String> demanded = new TreeSet<>(SchemaTree.texts(place.node().path("required")));
    known.remove("kind".equals(discriminator(record)) ? "kind" : "");
    demanded.remove("kind".equals(discriminator(record)) ? "kind" : "");
    assertThat(known).as(path).isEqualTo(names);
    assertThat(demanded).as(path + " required").isEqualTo(required);
    assertThat(place.node().path("additionalProperties").asBoolean(true)).as(path).isFalse();
  }

  private static void assertGenericAlike(
      String path, ParameterizedType generic, SchemaTree.Place place) {
    Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
    Class<?> raw = (Class<?>) generic.getRawType();
    if (raw == Optional.class) {
      assertAlike(path, last, place.node(), place.root(), Set.of());
    }
    if (raw == List.class) {
      assertThat(place.node().path("type").asString()).as(path).isEqualTo("array");
      assertAlike(path + "[]", last, place.node().path("items"), place.root(), Set.of());
    }
    if (raw == Map.class) {
      assertThat(place.node().path("type").asString()).as(path).isEqualTo("object");
      assertThat(place.node().path("additionalProperties").isObject()).as(path).isTrue();
    }
  }

  private static void assertDeliverablesAlike(SchemaTree.Place place) {
    Set<String> kinds = new TreeSet<>();
    for (JsonNode rule : place.node().path("allOf")) {
      String kind = rule.at("/if/properties/kind/const").asString();
      kinds.add(kind);
      assertAlike(kind, deliverable(kind), rule.path("then"), place.root(), Set.of());
    }
    assertThat(kinds).hasSize(Deliverable.class.getPermittedSubclasses().length);
    assertThat(new TreeSet<>(SchemaTree.texts(place.node().at("/properties/kind/enum"))))
        .isEqualTo(kinds);
  }

  private static Class<?> deliverable(String kind) {
    String name =
        Arrays.stream(kind.split("-", -1))
            .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
            .collect(Collectors.joining());
    return Arrays.stream(Deliverable.class.getPermittedSubclasses())
        .filter(type -> type.getSimpleName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String discriminator(Class<?> record) {
    return Deliverable.class.isAssignableFrom(record) ? "kind" : "";
  }

  private static List<String> names(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> Json.tree(constant).asString())
        .toList();
  }

  private static JsonNode withDefaults(MessageType type, JsonNode tree) {
    ObjectNode result = tree.deepCopy().asObject();
    JsonNode properties = SchemaTree.of(type).path("properties");
    for (String name : defaulted(type)) {
      JsonNode value = SchemaTree.resolve(properties.path(name), SchemaTree.of(type)).node();
      result.putIfAbsent(name, value.path("default"));
    }
    return result;
  }

  private static Set<String> defaulted(MessageType type) {
    return DEFAULTED.getOrDefault(type, Set.of());
  }

  private static InvalidMessage refusal(ThrowingCallable call) {
    InvalidMessage refusal = catchThrowableOfType(InvalidMessage.class, call);
    assertThat(refusal).as("refusal").isNotNull();
    return refusal;
  }

  private static boolean isDropped(Example example) {
    return type(example).topic() == TopicRole.CONTEXT
        && example.file().endsWith("unknown-field.json");
  }

  private static boolean isMessage(Example example) {
    return !isOperation(example)
        && !isMapOfOwners(example)
        && !isEnvironments(example)
        && !isTrust(example)
        && !isGates(example);
  }

  private static boolean isOperation(Example example) {
    return example.schema().startsWith("operations.");
  }

  private static boolean isMapOfOwners(Example example) {
    return example.schema().equals(OWNERSHIP);
  }

  private static boolean isTrust(Example example) {
    return example.schema().equals(TRUST);
  }

  private static boolean isGates(Example example) {
    return example.schema().equals(GATES);
  }

  private static boolean isEnvironments(Example example) {
    return example.schema().equals(ENVIRONMENTS);
  }

  private static String operation(Example example) {
    return example.schema().substring("operations.".length());
  }

  private static MessageType type(Example example) {
    return Arrays.stream(MessageType.values())
        .filter(type -> type.message().equals(example.schema()))
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> folders(Stream<Example> examples) {
    return examples.map(Example::schema).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".schema.json"))
          .collect(Collectors.toSet());
    }
  }
}
