package dev.opsagent.protocol;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says what is wrong with a document: where and what is expected, never what stood there. */
final class JsonFault {
  private static final int MAX_PATH = 200;

  private JsonFault() {}

  static InvalidMessage describe(JacksonException fault) {
    if (fault.getCause() instanceof InvalidMessage invalid) {
      return invalid;
    }
    return new InvalidMessage(path(fault.getPath()), expectation(fault));
  }

  private static String expectation(JacksonException fault) {
    return switch (fault) {
      case StreamConstraintsException _ ->
          "must stay within the limits: nesting %d, numbers of %d characters, %d bytes"
              .formatted(Json.MAX_NESTING, Json.MAX_NUMBER, Json.MAX_BYTES);
      case StreamReadException _ ->
          "must be well-formed and without duplicate keys" + place(fault.getLocation());
      case UnrecognizedPropertyException _ -> "is not a known field";
      case MismatchedInputException mismatch -> "must be " + expected(mismatch.getTargetType());
      case JacksonException _ -> "is missing or not valid";
    };
  }

  private static String place(@Nullable TokenStreamLocation location) {
    if (location == null || location.getLineNr() < 1) {
      return "";
    }
    return " (line %d, column %d)".formatted(location.getLineNr(), location.getColumnNr());
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "present and of the right type";
    }
    if (type.isEnum()) {
      return "one of " + names(type);
    }
    return "present and a valid " + type.getSimpleName();
  }

  private static String names(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> Json.tree(constant).asString())
        .collect(Collectors.joining(", "));
  }

  static String path(List<JacksonException.Reference> references) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference reference : references) {
      append(path, reference.getPropertyName(), reference.getIndex());
    }
    return printable(path.toString());
  }

  /** The path at which a parser stands. */
  static String path(@Nullable TokenStreamContext context) {
    if (context == null || context.inRoot()) {
      return "";
    }
    StringBuilder path = new StringBuilder(path(context.getParent()));
    append(path, context.inObject() ? context.currentName() : null, context.getCurrentIndex());
    return printable(path.toString());
  }

  static void append(StringBuilder path, @Nullable String name, int index) {
    if (name == null) {
      path.append('[').append(index).append(']');
      return;
    }
    path.append(path.isEmpty() ? "" : ".").append(name);
  }

  /** Field names come from outside: bounded, and without control characters. */
  static String printable(String path) {
    String plain = path.replaceAll("\\p{Cntrl}|\\p{Cf}", "?");
    return plain.length() <= MAX_PATH ? plain : plain.substring(0, MAX_PATH) + "…";
  }
}
