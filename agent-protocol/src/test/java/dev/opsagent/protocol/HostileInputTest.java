package dev.opsagent.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Examples.Example;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Whatever comes in, reading ends soon, in a message or in a short {@link InvalidMessage}. */
@Timeout(60)
class HostileInputTest {
  private static final long SEED = 20261122;
  private static final List<String> UNITS = List.of("a.", "a-", "1.", "../", "P1D", "\u0000", "😀");

  static Stream<Example> examples() {
    return Examples.good();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void longStringsAtAnyPlaceAreJudgedWithoutHarm(Example example) {
    for (String unit : UNITS) {
      String text = unit.repeat(30_000 / unit.length());
      JsonNode good = Json.readTree(example.bytes());
      int leaves = texts(good);
      for (int leaf = 0; leaf < leaves; leaf++) {
        judge(example, Json.write(replaced(good, leaf, text)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void damagedBytesAreJudgedWithoutHarm(Example example) {
    Random random = new Random(SEED);
    byte[] good = example.bytes();
    for (int i = 0; i < 100; i++) {
      judge(example, damaged(good, random));
    }
  }

  private static void judge(Example example, byte[] bytes) {
    try {
      read(example.schema(), bytes);
    } catch (InvalidMessage e) {
      assertThat(e.getMessage()).as("seed " + SEED).hasSizeLessThan(1200);
    }
  }

  private static void read(String schema, byte[] bytes) {
    if (schema.startsWith("operations.")) {
      OperationSchemas.validate(schema.substring("operations.".length()), Json.readTree(bytes));
      return;
    }
    EventCodec.read(bytes, TestEvents.headers("dev.opsagent." + schema + ".v1"));
  }

  private static byte[] damaged(byte[] good, Random random) {
    byte[] bytes = good.clone();
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  private static int texts(JsonNode node) {
    return node.isString() ? 1 : node.valueStream().mapToInt(HostileInputTest::texts).sum();
  }

  /** A copy of the tree with its n-th text replaced. */
  private static JsonNode replaced(JsonNode tree, int leaf, String text) {
    JsonNode copy = tree.deepCopy();
    replace(copy, leaf, text);
    return copy;
  }

  /** Returns how many texts are still to be passed; negative when the one was replaced. */
  private static int replace(JsonNode node, int leaf, String text) {
    int left = leaf;
    switch (node) {
      case ObjectNode object -> {
        for (String name : List.copyOf(object.propertyNames())) {
          left = replaceChild(object.get(name), left, text, child -> object.set(name, child));
        }
      }
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          int index = i;
          left = replaceChild(array.get(i), left, text, child -> array.set(index, child));
        }
      }
      default -> {}
    }
    return left;
  }

  private static int replaceChild(JsonNode child, int leaf, String text, Consumer<JsonNode> set) {
    if (leaf < 0 || !child.isString()) {
      return leaf < 0 ? leaf : replace(child, leaf, text);
    }
    if (leaf == 0) {
      set.accept(StringNode.valueOf(text));
    }
    return leaf - 1;
  }
}
