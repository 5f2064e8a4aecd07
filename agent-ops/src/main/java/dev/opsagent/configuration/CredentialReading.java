package dev.opsagent.configuration;

import dev.opsagent.configuration.ConfigurationFile.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads which secrets there are and what git uses them for. */
final class CredentialReading {
  private final Map<String, Value> file;
  private final Path directory;
  private final List<Problem> problems;

  /**
   * @param directory what paths of secrets are relative to
   * @param problems takes what is wrong
   */
  CredentialReading(Map<String, Value> file, Path directory, List<Problem> problems) {
    this.file = file;
    this.directory = directory;
    this.problems = problems;
  }

  /** Where each secret is, by name. */
  Map<String, Secrets.Source> secrets() {
    return new SecretReading(directory, problems).read(file);
  }

  List<Configuration.GitCredential> git(Set<String> secrets) {
    Map<String, Value> all = ConfigurationFile.below(file, "git.credentials.");
    List<Configuration.GitCredential> credentials = new ArrayList<>();
    for (String index : indexes(all)) {
      Value prefix = part(all, index, "prefix");
      Value username = part(all, index, "username");
      Value secret = part(all, index, "secret");
      declared(secret.text(), secrets, secret.where());
      credentials.add(
          new Configuration.GitCredential(prefix.text(), username.text(), secret.text()));
    }
    return credentials;
  }

  private static Set<String> indexes(Map<String, Value> all) {
    Set<String> indexes = new TreeSet<>(Comparator.comparingInt(Integer::parseInt));
    all.keySet().stream().map(it -> it.substring(0, it.indexOf('.'))).forEach(indexes::add);
    return indexes;
  }

  private Value part(Map<String, Value> all, String index, String name) {
    Value found = all.get(index + "." + name);
    if (found != null) {
      return found;
    }
    Origin.File where =
        all.entrySet().stream()
            .filter(it -> it.getKey().startsWith(index + "."))
            .map(it -> it.getValue().where())
            .findFirst()
            .orElseThrow();
    String cause = "git.credentials[" + index + "] has no " + name;
    problems.add(new Problem(where, cause, "add " + name + ":"));
    return new Value("", where);
  }

  /** Tells of a name that is used for a secret and is none. */
  void declared(String secret, Set<String> secrets, Origin where) {
    if (secret.isEmpty() || secrets.contains(secret)) {
      return;
    }
    String fix =
        Nearest.to(secret, secrets)
            .map(it -> "did you mean " + it + "?")
            .orElse("declare it under secrets: as NAME: {env: VARIABLE} or NAME: {file: PATH}");
    problems.add(
        new Problem(where, "names a secret that is not declared", fix, List.copyOf(secrets)));
  }
}
