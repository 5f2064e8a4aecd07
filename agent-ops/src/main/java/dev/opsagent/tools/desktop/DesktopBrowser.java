package dev.opsagent.tools.desktop;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Browser;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Programs;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Opens pages with the program that the desktop has for it: {@code open} or {@code xdg-open}. */
public final class DesktopBrowser implements Browser {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** What a desktop program needs to find the session of the person who sits there. */
  private static final List<String> SESSION =
      List.of(
          "DISPLAY",
          "WAYLAND_DISPLAY",
          "XAUTHORITY",
          "XDG_RUNTIME_DIR",
          "XDG_CURRENT_DESKTOP",
          "DBUS_SESSION_BUS_ADDRESS",
          "HOME");

  private final Programs programs;
  private final Path directory;
  private final String system;
  private final Map<String, String> environment;

  /**
   * @param directory where the program is started
   * @param system the operating system, as the property {@code os.name} calls it
   * @param environment of this process; only what leads to the desktop is passed on
   */
  public DesktopBrowser(
      Programs programs, Path directory, String system, Map<String, String> environment) {
    this.programs = programs;
    this.directory = directory;
    this.system = system.toLowerCase(Locale.ROOT);
    this.environment = Map.copyOf(environment);
  }

  @Override
  public Answer<Boolean> open(URI page) {
    String action = "open " + page + " in the browser";
    if (!isWebPage(page)) {
      return no(ReasonCode.INVALID_PARAMETERS, action, "it is no http or https address", "");
    }
    Optional<String> program = program();
    if (program.isEmpty()) {
      return no(
          ReasonCode.TOOL_MISSING,
          action,
          "this machine has no desktop to open it on",
          "open " + page + " yourself");
    }
    return programs
        .run(
            new Command(
                List.of(program.get(), page.toString()),
                directory,
                session(),
                TIMEOUT,
                Grants.NONE.running(Grants.Code.DESKTOP)))
        .then(finished -> judge(action, page, finished));
  }

  private Optional<String> program() {
    Optional<String> named = system.contains("mac") ? Optional.of("open") : onDisplay();
    return named.filter(programs::available);
  }

  private Optional<String> onDisplay() {
    return Stream.of("DISPLAY", "WAYLAND_DISPLAY").anyMatch(this::isSet)
        ? Optional.of("xdg-open")
        : Optional.empty();
  }

  private boolean isSet(String name) {
    return !environment.getOrDefault(name, "").isEmpty();
  }

  private Map<String, String> session() {
    return SESSION.stream()
        .filter(this::isSet)
        .collect(Collectors.toMap(name -> name, name -> environment.getOrDefault(name, "")));
  }

  private static Answer<Boolean> judge(String action, URI page, Finished finished) {
    if (finished.exitCode() == 0) {
      return new Answer.Ok<>(true);
    }
    return no(
        ReasonCode.TOOL_FAILED,
        action,
        "the desktop's opener ended with exit code " + finished.exitCode(),
        "open " + page + " yourself");
  }

  private static boolean isWebPage(URI page) {
    return ("http".equalsIgnoreCase(page.getScheme()) || "https".equalsIgnoreCase(page.getScheme()))
        && page.getHost() != null;
  }

  private static <T> Answer<T> no(ReasonCode code, String action, String cause, String fix) {
    return new Answer.No<>(Failure.of(code, action, cause, fix));
  }
}
