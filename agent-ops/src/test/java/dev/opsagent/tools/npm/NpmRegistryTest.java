package dev.opsagent.tools.npm;

import static dev.opsagent.testing.Answers.no;
import static dev.opsagent.testing.Answers.ok;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.opsagent.outside.Answer;
import dev.opsagent.outside.PackageRegistry.Listing;
import dev.opsagent.outside.Programs;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.testing.Peers;
import dev.opsagent.testing.SharedVerdaccio;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

final class NpmRegistryTest {
  @RegisterExtension static final SharedVerdaccio VERDACCIO = new SharedVerdaccio();

  @TempDir Path folder;
  private final ConcurrentLinkedQueue<Programs.Command> commands = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> output = new ConcurrentLinkedQueue<>();
  private NpmRegistry registry;

  @BeforeEach
  void connect() {
    registry = registry(VERDACCIO.get().url(), VERDACCIO.get().token());
  }

  @Test
  void aPublishedTarballIsReadBackByteForByte() throws Exception {
    Path tarball = pack("plain", "1.2.3", "");
    assertThat(ok(registry.find("plain"))).isEmpty();

    assertThat(ok(registry.publish(tarball, "latest", Optional.empty()))).isTrue();

    byte[] packed = Files.readAllBytes(tarball);
    Listing listing = ok(registry.find("plain")).orElseThrow();
    assertThat(listing.versions()).isEqualTo(Map.of("1.2.3", integrity(packed)));
    assertThat(listing.tags()).isEqualTo(Map.of("latest", "1.2.3"));
    assertThat(listing.deprecated()).isEmpty();
    assertThat(ok(registry.download("plain", "1.2.3"))).isEqualTo(packed);
    assertThat(no(registry.download("plain", "1.2.4")).code())
        .isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertNoTokenLeft();
  }

  @Test
  void theSameContentIsPackedIntoTheSameBytes() throws IOException {
    byte[] first = Files.readAllBytes(pack("same", "1.0.0", ""));
    byte[] second = Files.readAllBytes(pack("same", "1.0.0", ""));
    assertThat(first).isEqualTo(second);
  }

  @Test
  void aScopedPackageIsTaggedDeprecatedAndUntagged() throws IOException {
    String name = "@team/service";
    ok(registry.publish(pack(name, "1.0.0", ""), "latest", Optional.of("public")));
    ok(registry.publish(pack(name, "1.1.0", ""), "next", Optional.of("public")));

    ok(registry.tag(name, "latest", "1.1.0"));
    ok(registry.deprecate(name, "1.0.0", "--does not start; use 1.1.0"));
    ok(registry.untag(name, "next"));

    Listing listing = ok(registry.find(name)).orElseThrow();
    assertThat(listing.tags()).isEqualTo(Map.of("latest", "1.1.0"));
    assertThat(listing.deprecated()).containsExactly("1.0.0");
    assertThat(ok(registry.download(name, "1.1.0"))).isNotEmpty();
    assertNoTokenLeft();
  }

  @Test
  void aVersionIsPublishedOnce() throws IOException {
    Path tarball = pack("once", "1.0.0", "");
    ok(registry.publish(tarball, "latest", Optional.empty()));
    Failure failure = no(registry.publish(tarball, "latest", Optional.empty()));
    assertThat(failure.code()).isEqualTo(ReasonCode.VERSION_TAKEN);
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void aRefusedCredentialSaysSoAndIsNotRepeated() throws IOException {
    NpmRegistry stranger = registry(VERDACCIO.get().url(), "bad-token-canary");
    Path tarball = pack("refused", "1.0.0", "");
    for (Answer<?> answer :
        List.of(stranger.publish(tarball, "latest", Optional.empty()), stranger.whoami())) {
      Failure failure = no(answer);
      assertThat(failure.code()).isEqualTo(ReasonCode.CREDENTIALS_REJECTED);
      assertThat(failure.sentence()).contains("give the registry here a valid token");
      assertThat(failure.toString()).doesNotContain("bad-token-canary");
    }
    assertThat(ok(registry.find("refused"))).isEmpty();
  }

  @Test
  void withoutACredentialNothingIsWritten() throws IOException {
    NpmRegistrySettings settings = settings(VERDACCIO.get().url(), Optional.empty());
    NpmRegistry anonymous = new NpmRegistry(settings, new Recording());
    Failure failure =
        no(anonymous.publish(pack("anonymous", "1.0.0", ""), "latest", Optional.empty()));
    assertThat(failure.code()).isEqualTo(ReasonCode.CREDENTIALS_REJECTED);
    assertThat(no(anonymous.whoami()).code()).isEqualTo(ReasonCode.CREDENTIALS_REJECTED);
    assertThat(ok(anonymous.find("anonymous"))).isEmpty();
  }

  @Test
  void aCredentialNamesItsUser() {
    assertThat(ok(registry.whoami())).isEqualTo(VERDACCIO.get().user());
  }

  @Test
  void aRegistryThatIsGoneIsUnreachableForNow() throws IOException {
    Path tarball = pack("gone", "1.0.0", "");
    HttpServer stopped = server();
    URI url = URI.create("http://127.0.0.1:" + stopped.getAddress().getPort());
    stopped.stop(0);
    NpmRegistry gone = registry(url, "token-canary");
    for (Answer<?> answer :
        List.of(
            gone.find("gone"), gone.whoami(), gone.publish(tarball, "latest", Optional.empty()))) {
      assertThat(no(answer).code()).isEqualTo(ReasonCode.UNREACHABLE);
      assertThat(no(answer).retryable()).isTrue();
    }
  }

  @Test
  void thePackageCannotSayWhereItIsPublished() throws IOException {
    for (String setting :
        List.of("\"https-proxy\":\"http://127.0.0.1:9/\"", "\"strict-ssl\":false")) {
      Path tarball = pack("elsewhere", "1.0.0", ",\"publishConfig\":{" + setting + "}");
      Failure failure = no(registry.publish(tarball, "latest", Optional.empty()));
      assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    }
    String other = ",\"publishConfig\":{\"registry\":\"http://127.0.0.1:9/\"}";
    ok(registry.publish(pack("@team/elsewhere", "1.0.0", other), "latest", Optional.empty()));
    assertThat(ok(registry.find("@team/elsewhere"))).isPresent();
  }

  @Test
  void noScriptOfThePackageRunsWhenItIsPackedAndPublished() throws IOException {
    Path canary = folder.resolve("canary");
    String scripts =
        ",\"scripts\":{%s}"
            .formatted(
                String.join(
                    ",",
                    List.of("prepack", "prepare", "postpack", "prepublishOnly", "publish").stream()
                        .map(s -> "\"" + s + "\":\"touch " + canary + "\"")
                        .toList()));
    ok(registry.publish(pack("scripted", "1.0.0", scripts), "latest", Optional.empty()));
    assertThat(canary).doesNotExist();
  }

  @Test
  void hostileNamesNeverReachNpm() {
    int before = commands.size();
    for (String hostile :
        List.of("--registry=http://127.0.0.1:9", "../x", "a b", "a\nb", "$(id)", "@/x", "")) {
      assertThat(no(registry.find(hostile)).code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
      assertThat(no(registry.tag("plain", hostile, "1.0.0")).code())
          .isEqualTo(ReasonCode.INVALID_PARAMETERS);
      assertThat(no(registry.deprecate("plain", hostile, "m")).code())
          .isEqualTo(ReasonCode.INVALID_PARAMETERS);
      assertThat(no(registry.untag(hostile, "next")).code())
          .isEqualTo(ReasonCode.INVALID_PARAMETERS);
    }
    assertThat(commands).hasSize(before);
  }

  @Test
  void noOtherHostIsAskedWhateverTheRegistryAnswers() throws IOException {
    ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    HttpServer other = server();
    other.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    HttpServer hostile = server();
    String elsewhere = "http://127.0.0.1:" + other.getAddress().getPort() + "/stolen";
    hostile.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().add("Location", elsewhere);
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    hostile.createContext(
        "/away",
        exchange -> {
          String body = "{\"versions\":{\"1.0.0\":{\"dist\":{\"tarball\":\"" + elsewhere + "\"}}}}";
          boolean packument = exchange.getRequestURI().getPath().equals("/away");
          byte[] bytes = (packument ? body : "tarball").getBytes(UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    try {
      URI url = URI.create("http://127.0.0.1:" + hostile.getAddress().getPort());
      NpmRegistry careful = registry(url, "token-canary");
      assertThat(no(careful.find("moved")).code()).isEqualTo(ReasonCode.TOOL_FAILED);
      assertThat(ok(careful.download("away", "1.0.0"))).asString().isEqualTo("tarball");
      assertThat(asked).isEmpty();
    } finally {
      hostile.stop(0);
      other.stop(0);
    }
  }

  @Test
  void aCredentialDoesNotCrossTheNetworkInClearText() throws IOException {
    NpmRegistry clear = registry(URI.create("http://registry.invalid/"), "token-canary");
    Failure failure = no(clear.publish(pack("clear", "1.0.0", ""), "latest", Optional.empty()));
    assertThat(failure.code()).isEqualTo(ReasonCode.CONFIGURATION);
  }

  private static HttpServer server() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    return server;
  }

  private NpmRegistry registry(URI url, String token) {
    return new NpmRegistry(settings(url, Optional.of(token)), new Recording());
  }

  private NpmRegistrySettings settings(URI url, Optional<String> token) {
    return new NpmRegistrySettings(
        "here", url, () -> new Answer.Ok<>(token), folder.resolve("npm"), Duration.ofSeconds(20));
  }

  private Path pack(String name, String version, String more) throws IOException {
    Path source = Files.createTempDirectory(folder, "source-");
    Files.writeString(
        source.resolve("package.json"),
        "{\"name\":\"%s\",\"version\":\"%s\"%s}".formatted(name, version, more));
    Files.writeString(source.resolve("index.js"), "console.log(1)\n");
    return ok(registry.pack(source, Files.createTempDirectory(folder, "artifacts-")));
  }

  private static String integrity(byte[] bytes) throws NoSuchAlgorithmException {
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(bytes);
    return "sha512-" + Base64.getEncoder().encodeToString(digest);
  }

  private void assertNoTokenLeft() throws IOException {
    assertThat(commands).isNotEmpty();
    assertThat(commands).noneMatch(c -> c.arguments().toString().contains(VERDACCIO.get().token()));
    assertThat(output).noneMatch(text -> text.contains(VERDACCIO.get().token()));
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, ISO_8859_1))
            .as(file.toString())
            .doesNotContain(VERDACCIO.get().token());
      }
    }
  }

  /** Runs programs and keeps what went in and out; no mask hides a secret from the test. */
  private final class Recording implements Programs {
    private final Programs programs =
        new LocalPrograms(
            folder.resolve("scratch"), Peers.searchPath(), Redactor.of(Map.of()), "auto");

    @Override
    public boolean available(String program) {
      return programs.available(program);
    }

    @Override
    public Answer<Process> start(Detached detached) {
      return programs.start(detached);
    }

    @Override
    public Answer<Finished> run(Command command) {
      commands.add(command);
      Answer<Finished> answer = programs.run(command);
      output.add(answer.toString());
      return answer;
    }
  }
}
