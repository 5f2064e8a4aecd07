package dev.opsagent;

import dev.opsagent.configuration.Secrets;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.Programs.Command;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.tools.kubernetes.KubernetesSecrets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Secrets that others keep.
 *
 * @param folder where their programs work; empty, and not written
 */
record RemoteSecrets(LocalPrograms programs, KubernetesSecrets clusters, Path folder)
    implements Secrets.Remote {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @Override
  public Answer<String> read(Secrets.Source.Kubernetes source) {
    return clusters.read(source.environment(), source.secret(), source.key());
  }

  @Override
  public Answer<String> read(Secrets.Source.Command source) {
    Grants grants = Grants.NONE.reading(source.reads().toArray(Path[]::new));
    return programs.secret(
        new Command(
            source.arguments(),
            folder,
            Map.of(),
            LIMIT,
            source.reaches().map(grants::reaching).orElse(grants)),
        Secrets.LARGEST);
  }
}
