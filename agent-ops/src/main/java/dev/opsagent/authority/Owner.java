package dev.opsagent.authority;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whose work a path is. Every path has exactly one owner. */
public enum Owner {
  OPS("Ops"),
  ENGINEER("Engineer"),
  QA("QA"),
  DOCUMENTATION("Documentation"),
  SECURITY("Security"),
  DATA_ENGINEER("Data Engineer"),
  VERSION_CONTROL("Version Control"),
  /** Made by tools: anybody's tools may write it, nobody commits it. */
  GENERATED("generated");

  private final String title;

  Owner(String title) {
    this.title = title;
  }

  /** The owner's name as reports give it. */
  public String title() {
    return title;
  }

  /** The owner as the map and programs write it: {@code data-engineer}. */
  @JsonValue
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether the path is neither the Ops Agent's nor made by tools. */
  public boolean isForeign() {
    return this != OPS && this != GENERATED;
  }
}
