package dev.opsagent.configuration;

/** Where a value comes from, as a person would look for it. */
public sealed interface Origin {
  /** Built in. */
  record Default() implements Origin {
    @Override
    public String toString() {
      return "default";
    }
  }

  /**
   * A configuration file.
   *
   * @param line from 1
   * @param column from 1
   */
  record File(String file, int line, int column) implements Origin {
    @Override
    public String toString() {
      return file + ":" + line + ":" + column;
    }
  }

  /** An environment variable. */
  record Variable(String name) implements Origin {
    @Override
    public String toString() {
      return "$" + name;
    }
  }

  /** An option of the command line. */
  record Flag(String name) implements Origin {
    @Override
    public String toString() {
      return name;
    }
  }
}
