package dev.opsagent.tools.desktop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.TestingPrograms;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DesktopBrowserTest {
  private static final URI PAGE = URI.create("http://127.0.0.1:8080/a?b=c&d=$(touch%20x)");
  private static final Map<String, String> DESKTOP =
      Map.of("DISPLAY", ":7", "NPM_TOKEN", "canary-7f3a");

  @TempDir Path folder;

  @Test
  void onLinuxThePageGoesToXdgOpenAsOneArgument() throws IOException {
    record("xdg-open", 0);

    assertThat(browser("Linux", DESKTOP).open(PAGE)).isEqualTo(new Answer.Ok<>(true));

    assertThat(recorded("xdg-open")).contains("1 argument: " + PAGE).contains("DISPLAY=:7");
  }

  @Test
  void onMacThePageGoesToOpen() throws IOException {
    record("open", 0);

    assertThat(browser("Mac OS X", Map.of()).open(PAGE)).isEqualTo(new Answer.Ok<>(true));

    assertThat(recorded("open")).contains("1 argument: " + PAGE);
  }

  @Test
  void nothingButTheSessionOfTheDesktopIsPassedOn() throws IOException {
    record("xdg-open", 0);

    browser("Linux", DESKTOP).open(PAGE);

    assertThat(recorded("xdg-open")).doesNotContain("canary-7f3a");
  }

  @Test
  void withoutADesktopTheFailureCarriesTheAddress() throws IOException {
    record("xdg-open", 0);

    Failure failure = failure(browser("Linux", Map.of("DISPLAY", "")).open(PAGE));

    assertThat(failure.code()).isEqualTo(ReasonCode.TOOL_MISSING);
    assertThat(failure.sentence()).contains(PAGE.toString());
    assertThat(folder.resolve("xdg-open.record")).doesNotExist();
  }

  @Test
  void withoutTheProgramTheFailureCarriesTheAddress() {
    Failure failure = failure(browser("Linux", Map.of("WAYLAND_DISPLAY", "wayland-0")).open(PAGE));

    assertThat(failure.code()).isEqualTo(ReasonCode.TOOL_MISSING);
    assertThat(failure.fix()).contains(PAGE.toString());
  }

  @Test
  void aDesktopThatRefusesIsReported() throws IOException {
    record("xdg-open", 3);

    Failure failure = failure(browser("Linux", DESKTOP).open(PAGE));

    assertThat(failure.code()).isEqualTo(ReasonCode.TOOL_FAILED);
    assertThat(failure.cause()).contains("exit code 3");
  }

  @Test
  void onlyWebPagesAreOpened() throws IOException {
    record("xdg-open", 0);

    for (String page : new String[] {"file:///etc/passwd", "javascript:alert(1)", "--help"}) {
      assertThat(failure(browser("Linux", DESKTOP).open(URI.create(page))).code())
          .isEqualTo(ReasonCode.INVALID_PARAMETERS);
    }
    assertThat(folder.resolve("xdg-open.record")).doesNotExist();
  }

  private DesktopBrowser browser(String system, Map<String, String> environment) {
    return new DesktopBrowser(new TestingPrograms(folder.toString()), folder, system, environment);
  }

  /** A program that writes down how it was called. */
  private void record(String name, int exitCode) throws IOException {
    String script =
        """
        #!/bin/sh
        { echo "$# argument: $1"; export -p; } > "%s"
        exit %d
        """
            .formatted(folder.resolve(name + ".record"), exitCode);
    Path file = Files.writeString(folder.resolve(name), script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private String recorded(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".record")).replace("'", "");
  }

  private static Failure failure(Answer<Boolean> answer) {
    return switch (answer) {
      case Answer.Ok<Boolean> ok -> throw new AssertionError("unexpected " + ok);
      case Answer.No<Boolean> no -> no.failure();
    };
  }
}
