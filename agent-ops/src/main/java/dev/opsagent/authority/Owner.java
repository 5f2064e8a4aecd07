package dev.opsagent.authority;

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
}
