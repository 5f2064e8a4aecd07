package dev.opsagent.cli;

import static dev.opsagent.cli.RollbackDrill.made;

import dev.opsagent.cli.drill.Defect;
import dev.opsagent.cli.drill.SamplePackage;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.outside.PackageRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Packages of a local registry, run as processes. */
record DrilledPackages(LocalStage stage) implements DrilledReleases {
  @Override
  public RuntimeKind runtime() {
    return RuntimeKind.PROCESS;
  }

  @Override
  public Configuration make(Map<String, Optional<Defect>> versions, String bootstrap)
      throws IOException {
    Configuration configuration =
        stage.configuration(bootstrap, Optional.of(made(stage.localRegistry())));
    PackageRegistry registry = stage.packages(configuration);
    Path folder = Files.createDirectories(stage.folder().resolve("packages"));
    for (Map.Entry<String, Optional<Defect>> version : versions.entrySet()) {
      Path file = new SamplePackage(version.getKey(), version.getValue()).pack(folder);
      made(registry.publish(file, "latest", Optional.empty()));
    }
    return configuration;
  }

  @Override
  public void name(String version, ObjectNode parameters) {
    parameters.putObject("package").put("name", SamplePackage.NAME).put("version", version);
  }
}
