package dev.opsagent.protocol;

import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Says what breaks a schema: where and what is expected, never what stood there. */
final class SchemaFault {
  private SchemaFault() {}

  static InvalidMessage describe(Error error, String prefix) {
    return new InvalidMessage(path(error, prefix), expectation(error));
  }

  private static String path(Error error, String prefix) {
    StringBuilder path = new StringBuilder(prefix);
    NodePath location = error.getInstanceLocation();
    for (int i = 0; i < location.getNameCount(); i++) {
      append(path, location.getElement(i));
    }
    String property = error.getProperty();
    if (property != null && namesProperty(error.getKeyword())) {
      JsonFault.append(path, property, 0);
    }
    return JsonFault.printable(path.toString());
  }

  private static void append(StringBuilder path, Object element) {
    if (element instanceof Integer index) {
      JsonFault.append(path, null, index);
      return;
    }
    JsonFault.append(path, element.toString(), 0);
  }

  private static boolean namesProperty(@Nullable String keyword) {
    return keyword != null
        && switch (keyword) {
          case "required", "additionalProperties", "propertyNames" -> true;
          default -> false;
        };
  }

  private static String expectation(Error error) {
    JsonNode rule = error.getSchemaNode();
    String keyword = error.getKeyword();
    return switch (keyword == null ? "" : keyword) {
      case "required" -> "is required";
      case "additionalProperties" -> "is not a known field";
      case "" -> "must not be given here";
      case "type" -> "must be of type " + words(rule);
      case "enum" -> "must be one of " + words(rule);
      case "const" -> "must be " + words(rule);
      case "pattern" -> "must match " + words(rule);
      case "format" -> "must be a valid " + words(rule);
      case "minLength", "minItems" -> "must hold at least " + words(rule);
      case "maxLength", "maxItems", "maxProperties" -> "must hold at most " + words(rule);
      case "minimum" -> "must be at least " + words(rule);
      case "maximum" -> "must be at most " + words(rule);
      default -> "must satisfy the schema's " + keyword;
    };
  }

  private static String words(@Nullable JsonNode rule) {
    if (rule == null) {
      return "what the schema says";
    }
    return rule.isString() ? rule.asString() : rule.toString().replaceAll("[\\[\\]\"]", "");
  }
}
