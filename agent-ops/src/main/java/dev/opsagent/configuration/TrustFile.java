package dev.opsagent.configuration;

import dev.opsagent.authority.trust.Trust;
import dev.opsagent.authority.trust.TrustReading;
import dev.opsagent.authority.trust.TrustReading.Fault;
import dev.opsagent.authority.trust.TrustReading.Outcome;
import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.outside.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Whose keys count, from the operator's file. */
public final class TrustFile {
  private static final OperatorFile FILE =
      new OperatorFile(
          "the trust file",
          "signatures.trust",
          "schemas/trust.schema.json",
          "keys check tries it without a worker");

  private TrustFile() {}

  /**
   * The file as it is now: a key that is added or revoked counts for the next message.
   *
   * @param bound how old a message may be when the broker takes it
   */
  public static Answer<Reloaded<Trust>> open(Path file, Duration bound) {
    return Reloaded.open("keys", file, path -> load(path, bound));
  }

  /**
   * Loads a file: what is wrong is its form, or else all that does not fit together.
   *
   * @param bound how old a message may be when the broker takes it
   */
  public static Loaded<Trust> load(Path file, Duration bound) {
    return FILE.load(
        file,
        (tree, places) ->
            switch (TrustReading.read(tree, bound)) {
              case Outcome.Sound(Trust trust) -> new Loaded.Sound<>(trust);
              case Outcome.Unsound(List<Fault> faults) ->
                  new Loaded.Unsound<>(
                      FILE, faults.stream().map(it -> problem(it, places)).toList());
            });
  }

  private static Problem problem(Fault fault, YamlPlaces places) {
    return new Problem(places.of(fault.field()), fault.cause(), fault.fix());
  }
}
