package dev.opsagent.tools.npm;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Grants;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.Programs;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a registry over HTTP and writes to it through the npm program. */
public final class NpmRegistry implements PackageRegistry {
  private static final String PACKUMENT =
      "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8";
  private static final int LARGEST_PACKUMENT = 64 * 1024 * 1024;
  private static final int LARGEST_TARBALL = 256 * 1024 * 1024;
  private static final int LONGEST_MESSAGE = 1000;

  /** Every other setting of a manifest could send the package, or the credential, elsewhere. */
  private static final Set<String> HARMLESS_SETTINGS =
      Set.of("access", "directory", "provenance", "registry", "tag");

  private static final JsonMapper JSON = JsonMapper.shared();

  private final NpmRegistrySettings settings;
  private final NpmFailures failures;
  private final RegistryHttp http;
  private final NpmProgram npm;

  /**
   * @param programs runs npm; gives it a home of its own
   */
  public NpmRegistry(NpmRegistrySettings settings, Programs programs) {
    this.settings = settings;
    this.failures = new NpmFailures(settings);
    this.http = new RegistryHttp(settings, failures);
    this.npm = new NpmProgram(settings, failures, programs);
  }

  @Override
  public Answer<Optional<Listing>> find(String name) {
    String action = "look up " + name + " in " + settings.name();
    return packument(action, name)
        .map(found -> found.filter(p -> p.has("versions")).map(Packument::listing));
  }

  @Override
  public Answer<String> whoami() {
    String action = "ask " + settings.name() + " whose credential it was given";
    URI uri = settings.url().resolve("-/whoami");
    return settings
        .token()
        .get()
        .then(token -> {
          if (token.isEmpty()) {
            return new Answer.No<>(failures.rejected(action, "no credential is configured"));
          }
          return !settings.takesCredentials()
              ? settings.refused(action)
              : json(action, uri, "application/json").then(answer -> user(action, answer));
        });
  }

  private Answer<String> user(String action, Optional<JsonNode> answer) {
    Optional<String> user =
        answer.map(node -> node.path("username").asString("")).filter(name -> !name.isEmpty());
    return user.<Answer<String>>map(Answer.Ok::new)
        .orElseGet(() ->
            new Answer.No<>(failures.rejected(action, "it knows no user by that credential")));
  }

  @Override
  public Answer<byte[]> download(String name, String version) {
    String action = "download " + name + " " + version + " from " + settings.name();
    return NpmNames.VERSION
        .check(version)
        .then(checked -> packument(action, name))
        .then(found -> tarball(action, name, version, found))
        .then(uri -> http.get(action, uri, "application/octet-stream, */*", LARGEST_TARBALL))
        .then(bytes -> present(action, bytes));
  }

  private Answer<URI> tarball(
      String action, String name, String version, Optional<JsonNode> packument) {
    Optional<JsonNode> entry =
        packument.map(p -> p.path("versions").path(version)).filter(JsonNode::isObject);
    return present(action, entry)
        .map(e -> Packument.tarball(e, settings))
        .map(uri -> uri.orElseGet(() -> conventionalTarball(name, version)));
  }

  private URI conventionalTarball(String name, String version) {
    String unscoped = name.substring(name.indexOf('/') + 1);
    return settings.url().resolve(name + "/-/" + unscoped + "-" + version + ".tgz");
  }

  private <T> Answer<T> present(String action, Optional<T> value) {
    return value
        .<Answer<T>>map(Answer.Ok::new)
        .orElseGet(() ->
            new Answer.No<>(
                Failure.of(
                    ReasonCode.PRECONDITION_FAILED,
                    action,
                    settings.name() + " has no such version",
                    "publish it first")));
  }

  @Override
  public Answer<Boolean> publish(Path tarball, String tag, Optional<String> access) {
    String action = "publish " + tarball.getFileName() + " to " + settings.name();
    List<String> verb = new ArrayList<>(List.of("publish", "--ignore-scripts", "--tag=" + tag));
    access.ifPresent(a -> verb.add("--access=" + a));
    List<String> operands = List.of(tarball.toAbsolutePath().toString());
    return NpmNames.TAG
        .check(tag)
        .then(checked -> NpmNames.ACCESS.check(access.orElse("public")))
        .then(checked -> manifest(action, tarball))
        .then(manifest -> NpmNames.PACKAGE.check(manifest.name()))
        .then(name ->
            npm.withCredential(
                action, NpmNames.scope(name), verb, operands, Grants.NONE.reading(tarball)))
        .map(finished -> true);
  }

  private Answer<TarballManifest> manifest(String action, Path tarball) {
    try {
      TarballManifest manifest = TarballManifest.read(tarball);
      Set<String> foreign = new HashSet<>(manifest.publishSettings());
      foreign.removeAll(HARMLESS_SETTINGS);
      return foreign.isEmpty()
          ? new Answer.Ok<>(manifest)
          : refused(
              action,
              "its publishConfig sets more than "
                  + String.join(", ", HARMLESS_SETTINGS.stream().sorted().toList()),
              "take the other settings out of package.json");
    } catch (IOException e) {
      return refused(action, NpmFailures.oneLine(String.valueOf(e.getMessage())), "pack it again");
    }
  }

  @Override
  public Answer<Boolean> deprecate(String name, String version, String message) {
    String action = "deprecate " + name + " " + version + " in " + settings.name();
    String line = NpmFailures.oneLine(message);
    if (line.isEmpty() || message.length() > LONGEST_MESSAGE) {
      // To npm an empty message means the opposite.
      return refused(action, "its message is empty or too long", "say in a sentence why");
    }
    return NpmNames.VERSION
        .check(version)
        .then(checked ->
            write(action, name, List.of("deprecate"), List.of(name + "@" + version, line)));
  }

  @Override
  public Answer<Boolean> tag(String name, String tag, String version) {
    String action = "point " + tag + " of " + name + " at " + version + " in " + settings.name();
    List<String> operands = List.of("add", name + "@" + version, tag);
    return NpmNames.VERSION
        .check(version)
        .then(checked -> NpmNames.TAG.check(tag))
        .then(checked -> write(action, name, List.of("dist-tag"), operands));
  }

  @Override
  public Answer<Boolean> untag(String name, String tag) {
    String action = "remove " + tag + " of " + name + " from " + settings.name();
    return NpmNames.TAG
        .check(tag)
        .then(checked -> write(action, name, List.of("dist-tag"), List.of("rm", name, tag)));
  }

  private Answer<Boolean> write(
      String action, String name, List<String> verb, List<String> operands) {
    return NpmNames.PACKAGE
        .check(name)
        .then(checked ->
            npm.withCredential(action, NpmNames.scope(name), verb, operands, Grants.NONE))
        .map(finished -> true);
  }

  @Override
  public Answer<Path> pack(Path folder, Path into) {
    String action = "pack " + folder.getFileName();
    try {
      Files.createDirectories(into);
      // A folder of its own, so that the only file in it is the tarball, whatever npm calls it.
      Path fresh = Files.createTempDirectory(into, "pack-");
      List<String> verb =
          List.of("pack", "--ignore-scripts", "--json", "--pack-destination=" + fresh);
      Grants grants = Grants.NONE.reading(folder).writing(fresh);
      return npm.withoutCredential(
              action, verb, List.of(folder.toAbsolutePath().toString()), grants)
          .then(finished -> onlyFile(action, fresh, into));
    } catch (IOException e) {
      return refused(
          action, "its target folder: " + e.getMessage(), "see whether the disk is full");
    }
  }

  private static Answer<Path> onlyFile(String action, Path fresh, Path into) {
    try (Stream<Path> files = Files.list(fresh)) {
      List<Path> made = files.toList();
      if (made.size() != 1) {
        return refused(action, "npm made " + made.size() + " files in place of one", "");
      }
      Path tarball = into.resolve(made.getFirst().getFileName());
      Files.move(made.getFirst(), tarball, StandardCopyOption.REPLACE_EXISTING);
      Files.delete(fresh);
      return new Answer.Ok<>(tarball);
    } catch (IOException e) {
      return refused(
          action, "its target folder: " + e.getMessage(), "see whether the disk is full");
    }
  }

  private Answer<Optional<JsonNode>> packument(String action, String name) {
    // A scope's slash is part of the name, not of the path.
    String encoded = URLEncoder.encode(name, UTF_8).replace("%40", "@");
    return NpmNames.PACKAGE
        .check(name)
        .then(checked -> json(action, settings.url().resolve("./" + encoded), PACKUMENT));
  }

  private Answer<Optional<JsonNode>> json(String action, URI uri, String accept) {
    return http.get(action, uri, accept, LARGEST_PACKUMENT).then(body -> parse(action, body));
  }

  private static Answer<Optional<JsonNode>> parse(String action, Optional<byte[]> body) {
    try {
      return new Answer.Ok<>(body.map(JSON::readTree));
    } catch (JacksonException e) {
      return refused(action, "the answer is no JSON", "see whether this is an npm registry");
    }
  }

  private static <T> Answer<T> refused(String action, String cause, String fix) {
    return new Answer.No<>(Failure.of(ReasonCode.PRECONDITION_FAILED, action, cause, fix));
  }
}
