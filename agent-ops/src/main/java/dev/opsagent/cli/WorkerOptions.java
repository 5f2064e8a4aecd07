package dev.opsagent.cli;

import dev.opsagent.configuration.Configuration;
import dev.opsagent.configuration.ConfigurationSources.Loaded;
import dev.opsagent.configuration.Setting;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The settings of a worker that can be given as options. */
final class WorkerOptions extends ConfigurationOptions {
  @Option(names = "--group", paramLabel = "NAME", description = "Consumer group (ops-agent).")
  private @Nullable String group;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "Workspaces and indexes ($XDG_STATE_HOME/ops-agent).")
  private @Nullable String data;

  @Option(names = "--http-host", paramLabel = "ADDRESS", description = "Bind to (127.0.0.1).")
  private @Nullable String httpHost;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Health and metrics (8088); 0 takes a free port.")
  private @Nullable String httpPort;

  @Option(names = "--partitions", paramLabel = "N", description = "Of topics it creates (6).")
  private @Nullable String partitions;

  @Option(
      names = "--replication",
      paramLabel = "N",
      description = "Of topics it creates (-1: as the broker says).")
  private @Nullable String replication;

  @Option(
      names = "--session-timeout",
      paramLabel = "TIME",
      description = "When a silent worker's tasks go to another (10s).")
  private @Nullable String sessionTimeout;

  @Option(
      names = "--environments",
      paramLabel = "NAMES",
      description = "Environments that it serves, comma-separated (local).")
  private @Nullable String environments;

  @Option(names = "--npm-registry", paramLabel = "URL", description = "Where push publishes to.")
  private @Nullable String npmRegistry;

  @Option(names = "--trust", paramLabel = "FILE", description = "Whose keys count, and for what.")
  private @Nullable String trust;

  @Option(
      names = "--signatures",
      paramLabel = "required|off",
      description = "Whether messages must be signed to count (required).")
  private @Nullable String signatures;

  @Option(
      names = "--sandbox",
      paramLabel = "LEVEL",
      description = "Wall around programs: auto, bubblewrap, landlock or none (auto).")
  private @Nullable String sandbox;

  @Option(
      names = "--no-sandbox",
      description = "Short for --sandbox none: no wall, for tasks of the environment local only.")
  private boolean noSandbox;

  @Override
  Map<Setting, String> flags() {
    Map<Setting, String> flags = super.flags();
    put(flags, Setting.GROUP, group);
    put(flags, Setting.DATA, data);
    put(flags, Setting.HTTP_HOST, httpHost);
    put(flags, Setting.HTTP_PORT, httpPort);
    put(flags, Setting.PARTITIONS, partitions);
    put(flags, Setting.REPLICATION, replication);
    put(flags, Setting.SESSION_TIMEOUT, sessionTimeout);
    put(flags, Setting.ENVIRONMENTS, environments);
    put(flags, Setting.NPM_URL, npmRegistry);
    put(flags, Setting.TRUST, trust);
    put(flags, Setting.SIGNATURES, signatures);
    put(flags, Setting.SANDBOX_LEVEL, noSandbox ? "none" : sandbox);
    return flags;
  }

  /**
   * What is in force. Who names no trust file gets one that trusts a key of its own, so that
   * nothing is unsigned by habit.
   */
  Loaded.Valid loadSigned(Surroundings around, Map<Setting, String> flags) {
    Loaded.Valid loaded = load(around, flags);
    Configuration configuration = loaded.configuration();
    if (!configuration.signing().required() || configuration.signing().trust().isPresent()) {
      return loaded;
    }
    LocalKeys keys = LocalKeys.at(configuration.data(), around.user());
    around
        .err()
        .println("• no trust file is named; what counts is signed with the key " + keys.keyFile());
    around.err().flush();
    Map<Setting, String> signed = new EnumMap<>(Setting.class);
    signed.putAll(flags);
    signed.put(Setting.TRUST, keys.trustFile().toString());
    return load(around, signed);
  }
}
