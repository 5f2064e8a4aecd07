package dev.opsagent.sandbox;

import dev.opsagent.protocol.StatusReport;
import java.util.List;
import java.util.Locale;

/** How strong the wall around programs is, the weakest first. */
public enum WallLevel {
  /** No wall: a program does what the worker's user can. */
  NONE,
  /** Landlock and seccomp, in the machine's own namespaces. */
  LANDLOCK,
  /** bubblewrap: namespaces of its own, and in them Landlock's scopes and ports, and seccomp. */
  BUBBLEWRAP;

  /** The name in the configuration and in reports. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether this level will do where that one is asked for. */
  public boolean satisfies(WallLevel required) {
    return compareTo(required) >= 0;
  }

  /** What a wall does not cover. */
  public enum Gap {
    EVERYTHING("anything that the worker's user may do"),
    TCP_HOSTS("a rule for TCP sees ports, not hosts: a declared port can be reached on any host"),
    OTHER_USE("processor, memory and disk are bounded by the time limit only"),
    NEW_REPOSITORIES("a new .git can be made in a writable folder; nothing of the agent reads it"),
    NAMES("that a file outside exists, and its size and times, can be found out; its content not"),
    PROCESS_NAMES("that a process exists can be found out; what it is and does not"),
    OUTLIVING(
        "a program that clears its environment, leaves its session and its parent outlives its"
            + " call, still behind the wall"),
    SIGNALS("other programs of the same user can be sent signals"),
    TCP_PORTS("a declared network is the whole of TCP"),
    DEVICES(
        "the mode and times of /dev/null and its like, since they belong to root, as the worker"),
    NESTED_NAMESPACES("user namespaces can be made inside, without rights outside");

    private final String sentence;

    Gap(String sentence) {
      this.sentence = sentence;
    }

    /** The name in reports. */
    public String title() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** For people. */
    public String sentence() {
      return sentence;
    }
  }

  /**
   * What stands here.
   *
   * @param notCovered what its level leaves open on this machine
   * @param missing why no stronger level is used, one sentence each
   */
  public record Report(WallLevel level, List<Gap> notCovered, List<String> missing) {
    public Report {
      notCovered = List.copyOf(notCovered);
      missing = List.copyOf(missing);
    }

    /** By names, for the reports of tasks. */
    public StatusReport.Wall named() {
      return new StatusReport.Wall(level.title(), notCovered.stream().map(Gap::title).toList());
    }
  }
}
