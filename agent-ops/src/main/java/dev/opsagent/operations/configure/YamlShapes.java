package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.configure.Shape.Entry;
import dev.opsagent.operations.configure.Shape.Mapping;
import dev.opsagent.operations.configure.Shape.Scalar;
import dev.opsagent.operations.configure.Shape.Sequence;
import dev.opsagent.operations.configure.Shape.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Finds where the parts of a YAML document stand. The parser counts code points, a text units. */
final class YamlShapes {
  private final int[] units;

  YamlShapes(String text) {
    this.units = new int[text.codePointCount(0, text.length()) + 1];
    int unit = 0;
    for (int point = 0; point < units.length; point++) {
      units[point] = unit;
      unit += unit < text.length() ? Character.charCount(text.codePointAt(unit)) : 0;
    }
  }

  Shape of(Node node) throws Stopped {
    int start = at(node.getStartMark());
    int end = at(node.getEndMark());
    if (node instanceof ScalarNode scalar) {
      return new Scalar(start, end, style(scalar));
    }
    if (node instanceof MappingNode mapping) {
      List<Entry> entries = new ArrayList<>();
      for (NodeTuple tuple : mapping.getValue()) {
        entries.add(entry(tuple));
      }
      return new Mapping(start, end, mapping.getFlowStyle() == FlowStyle.BLOCK, entries);
    }
    return new Sequence(start, end);
  }

  private Entry entry(NodeTuple tuple) throws Stopped {
    if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
      throw Unsure.of("the file has a key that is no text");
    }
    return new Entry(
        key.getValue(), at(key.getStartMark()), at(key.getEndMark()), of(tuple.getValueNode()));
  }

  private int at(Optional<Mark> mark) {
    return units[mark.orElseThrow().getIndex()];
  }

  private static Style style(ScalarNode scalar) {
    return switch (scalar.getScalarStyle()) {
      case PLAIN -> Style.PLAIN;
      case SINGLE_QUOTED -> Style.SINGLE;
      case DOUBLE_QUOTED, JSON_SCALAR_STYLE -> Style.DOUBLE;
      case LITERAL, FOLDED -> Style.BLOCK;
    };
  }
}
