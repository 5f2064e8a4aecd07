package dev.opsagent.cli;

import dev.opsagent.cli.demo.SampleRepository;
import dev.opsagent.cli.drill.Defect;
import dev.opsagent.cli.drill.SampleContainer;
import dev.opsagent.configuration.Configuration;
import dev.opsagent.outside.Environment.RuntimeKind;
import dev.opsagent.protocol.RepositoryRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Compose files in the branches of a repository, which say how one image is run. */
final class DrilledProjects implements DrilledReleases {
  private final LocalStage stage;
  private final DrilledImages images;

  DrilledProjects(Surroundings around, LocalStage stage) {
    this.stage = stage;
    this.images = new DrilledImages(around, stage);
  }

  @Override
  public RuntimeKind runtime() {
    return RuntimeKind.COMPOSE;
  }

  @Override
  public Configuration make(Map<String, Optional<Defect>> versions, String bootstrap)
      throws IOException {
    images.removeLater();
    String image = images.build(new SampleContainer("image", Optional.empty()));
    Map<String, Map<String, byte[]>> branches = new LinkedHashMap<>();
    versions.forEach((version, defect) -> {
      String file = new SampleContainer(version, defect).composeFile(image);
      branches.put(version, Map.of("compose.yaml", file.getBytes(StandardCharsets.UTF_8)));
    });
    SampleRepository.create(git(), branches);
    return stage.configuration(bootstrap, Optional.empty());
  }

  private Path git() {
    return stage.folder().resolve("git");
  }

  @Override
  public void name(String version, ObjectNode parameters) {
    parameters.putObject("source");
    parameters.put("version", version);
  }

  @Override
  public Optional<RepositoryRef> repository(String version) {
    String remote = new SampleRepository(git().resolve("shop.git")).remote().toString();
    return Optional.of(new RepositoryRef(remote, Optional.of(version), Optional.empty()));
  }

  @Override
  public int running() {
    return images.running();
  }
}
