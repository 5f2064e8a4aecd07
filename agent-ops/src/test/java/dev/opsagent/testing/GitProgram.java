package dev.opsagent.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The git program, as the person uses it whose repository a test releases from. */
public final class GitProgram {
  private GitProgram() {}

  /** Runs git in the folder and returns what it printed; fails the test when git fails. */
  public static String git(Path folder, String... arguments) {
    Peers.require("git", "install git");
    List<String> command = new ArrayList<>(List.of("git", "-c", "init.defaultBranch=main"));
    command.addAll(List.of("-c", "user.name=Dev", "-c", "user.email=dev@localhost"));
    command.addAll(List.of(arguments));
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
      builder.environment().put("GIT_CONFIG_SYSTEM", "/dev/null");
      Process process = builder.redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new AssertionError("git " + List.of(arguments) + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Writes the files, commits everything and pushes it to origin. */
  public static String commitAndPush(Path folder, String message, Map<String, String> files) {
    files.forEach((name, content) -> write(folder.resolve(name), content));
    git(folder, "add", "-A");
    git(folder, "commit", "-q", "-m", message);
    git(folder, "push", "-q", "origin", "HEAD");
    return git(folder, "rev-parse", "HEAD");
  }

  public static void write(Path file, String content) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
