package dev.opsagent.outside;

import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Difference;
import dev.opsagent.outside.ServiceRuntime.Release;
import dev.opsagent.outside.ServiceRuntime.Running;
import dev.opsagent.outside.ServiceRuntime.Usage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a runtime does for one target, made for one question; {@link ServiceRuntime} says what each
 * of its methods means. What breaks on the way, {@link PerTargetRuntime} tells as a failure.
 */
public interface TargetLife {
  Answer<Optional<Running>> running() throws IOException, InterruptedException;

  Answer<Running> deploy(Release release) throws IOException, InterruptedException;

  /** Nothing is there that is not ours, where nobody else can make anything. */
  default Answer<Running> adopt(Release release) throws IOException, InterruptedException {
    return deploy(release);
  }

  default Answer<List<String>> foreign(Release release) throws IOException, InterruptedException {
    return new Answer.Ok<>(List.of());
  }

  default Answer<List<String>> changes(Release release) throws IOException, InterruptedException {
    return new Answer.Ok<>(List.of());
  }

  Answer<Optional<Running>> rollback(String digest) throws IOException, InterruptedException;

  Answer<Boolean> stop() throws IOException, InterruptedException;

  Answer<Running> restart(String taskId) throws IOException, InterruptedException;

  default Answer<List<Difference>> drift() throws IOException, InterruptedException {
    return new Answer.Ok<>(List.of());
  }

  default Answer<Optional<Usage>> usage() throws IOException, InterruptedException {
    return new Answer.Ok<>(Optional.empty());
  }

  default Answer<Optional<Allotment>> allotted() throws IOException, InterruptedException {
    return new Answer.Ok<>(Optional.empty());
  }

  /** Refused, where nothing is made of services. */
  default Answer<Running> scale(String service, int replicas)
      throws IOException, InterruptedException {
    return ServiceRuntime.oneOfEach("run %d of %s".formatted(replicas, service));
  }

  /** Refused, where nothing can run more than once. */
  default Answer<Running> duplicate(String of, int port, String taskId)
      throws IOException, InterruptedException {
    return ServiceRuntime.oneOfEach("run what %s has once more".formatted(of));
  }

  /** The last of what the service wrote. */
  Answer<String> log() throws IOException, InterruptedException;

  /** Always, where releases share nothing. */
  default Answer<Boolean> standsBeside(Release release) throws IOException, InterruptedException {
    return new Answer.Ok<>(true);
  }

  /** None, where nothing of a release holds data. */
  default Answer<List<String>> losses(Release release) throws IOException, InterruptedException {
    return new Answer.Ok<>(List.of());
  }
}
