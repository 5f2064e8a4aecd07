package dev.opsagent.testing;

import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.tools.npm.LocalVerdaccio;
import java.nio.file.Path;
import java.util.Map;

/** Starts a real npm registry for tests. */
public final class Verdaccio {
  private Verdaccio() {}

  /**
   * @param data folder for its packages; a scratch folder of npm is made beside it
   */
  public static LocalVerdaccio start(Path data) {
    Peers.require("npm", "install Node.js 20");
    Peers.require("node", "install Node.js 20");
    LocalPrograms programs =
        new LocalPrograms(
            data.resolveSibling("verdaccio-scratch"),
            Peers.searchPath(),
            Redactor.of(Map.of()),
            "auto");
    Path cache = Path.of(System.getProperty("user.home"), ".cache", "ops-agent");
    return Answers.ok(LocalVerdaccio.start(cache, data, programs));
  }
}
