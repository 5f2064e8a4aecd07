package dev.opsagent.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Reads the version that the build wrote down, so that classes and jar tell the same one. */
final class BuildVersion implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {"ops-agent " + recorded().getProperty("version")};
  }

  private static Properties recorded() {
    try (var file = BuildVersion.class.getResourceAsStream("build.properties")) {
      var properties = new Properties();
      properties.load(Objects.requireNonNull(file, "build.properties is missing from the jar"));
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException("read build.properties", e);
    }
  }
}
