package dev.opsagent.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Escalation;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.protocol.StatusReport;
import dev.opsagent.protocol.TaskState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packages whose scripts mean harm, pushed to a real worker. That a script has run is told by the
 * digest of what it wrote, which the refusal names.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostilePackagesTest {
  private TestStack stack;

  @BeforeAll
  void start(@TempDir Path folder) {
    stack = TestStack.start(folder);
  }

  @AfterAll
  void end() {
    stack.close();
  }

  @Test
  void aDependencysPostinstallThatWritesToTheSourcesFailsThePush() {
    SampleService service = stack.service("postinstall");
    service.commit("feat: depends on a hostile package", dependingOn("postinstall"));
    String refs = service.refs();

    StatusReport end = stack.run(service.push("postinstall-1"));

    refused(service, end, refs);
    assertThat(detail(end)).contains("src/planted.js", Digests.sha256(bytes("planted")));
  }

  /** A build that needs its dependency, which lies in the repository: npm needs no registry. */
  private static Map<String, String> dependingOn(String name) {
    Map<String, String> files = new HashMap<>();
    files.put(
        "package.json",
        """
        {
          "name": "%s",
          "version": "1.0.0",
          "files": ["server.js", "dist"],
          "scripts": { "start": "node server.js", "prepack": "node build.js" },
          "dependencies": { "hostile": "file:hostile" }
        }
        """
            .formatted(name));
    files.put(
        "package-lock.json",
        """
        {
          "name": "%1$s",
          "version": "1.0.0",
          "lockfileVersion": 3,
          "requires": true,
          "packages": {
            "": {
              "name": "%1$s",
              "version": "1.0.0",
              "dependencies": { "hostile": "file:hostile" }
            },
            "hostile": { "version": "1.0.0", "hasInstallScript": true },
            "node_modules/hostile": { "resolved": "hostile", "link": true }
          }
        }
        """
            .formatted(name));
    files.put(
        "hostile/package.json",
        """
        {
          "name": "hostile",
          "version": "1.0.0",
          "scripts": { "postinstall": "node harm.js" }
        }
        """);
    files.put("hostile/harm.js", "require('fs').writeFileSync('../src/planted.js', 'planted');");
    files.put("src/app.js", "module.exports = 1;");
    return files;
  }

  @Test
  void aPrepackThatEditsAnotherKeyOfTheManifestFailsThePush() {
    SampleService service = stack.service("prepack");
    service.commit(
        "feat: a prepack that edits the manifest",
        Map.of(
            "build.js",
            SampleService.build(
                """
                const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8'));
                manifest.main = 'hostile.js';
                fs.writeFileSync('package.json', JSON.stringify(manifest));
                """)));
    String refs = service.refs();

    StatusReport end = stack.run(service.push("prepack-1"));

    refused(service, end, refs);
    assertThat(detail(end)).contains("package.json#/main (owner: Engineer)");
  }

  @Test
  void aScriptThatLooksForTheTokenFindsNone() throws Exception {
    SampleService service = stack.service("thief");
    String look = thief();
    assertThat(withoutAWall(look)).as("the script can find it").contains("found");
    service.commit("feat: a build that looks for tokens", Map.of("build.js", look));
    String refs = service.refs();

    StatusReport end = stack.run(service.push("thief-1"));

    refused(service, end, refs);
    assertThat(detail(end)).contains("src/found.txt", Digests.sha256(bytes("nothing")));
  }

  /** Looks where tokens are, among them where this one really is, and writes down what it found. */
  private String thief() throws IOException {
    Path file = stack.folder.resolve("npm.token");
    String token = Files.readString(file).strip();
    // The whole token in the script would be found in the script itself.
    return """
    const fs = require('fs');
    const os = require('os');
    const token = %s + %s;
    const read = path => { try { return fs.readFileSync(path, 'latin1'); } catch { return ''; } };
    const places = [%s, %s, os.homedir() + '/.npmrc', '/root/.npmrc', '.npmrc', '../npmrc'];
    const list = path => { try { return fs.readdirSync(path); } catch { return []; } };
    for (const pid of list('/proc')) {
      places.push('/proc/' + pid + '/environ', '/proc/' + pid + '/cmdline');
    }
    const seen = [JSON.stringify(process.env), ...places.map(read)];
    const found = seen.some(text => text.includes(token));
    fs.mkdirSync('src', {recursive: true});
    fs.writeFileSync('src/found.txt', found ? 'found' : 'nothing');
    """
        .formatted(
            literal(token.substring(0, 8)),
            literal(token.substring(8)),
            literal(file.toString()),
            literal(stack.data.resolve("npm/npmrc").toString()));
  }

  private static String literal(String text) {
    return new String(Json.canonical(text), StandardCharsets.UTF_8);
  }

  /** What the script finds where nothing holds it. */
  private String withoutAWall(String script) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(stack.folder.resolve("no-wall"));
    Files.writeString(folder.resolve("build.js"), script);
    Process process = new ProcessBuilder("node", "build.js").directory(folder.toFile()).start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return Files.readString(folder.resolve("src/found.txt"));
  }

  private void refused(SampleService service, StatusReport end, String refs) {
    assertThat(end.state()).isEqualTo(TaskState.FAILED);
    assertThat(end.reason().orElseThrow().code()).isEqualTo(ReasonCode.FOREIGN_CHANGE);
    assertThat(end.changes()).isEmpty();
    assertThat(end.wall())
        .hasValueSatisfying(wall -> assertThat(wall.level()).isIn("bubblewrap", "landlock"));
    assertThat(service.refs()).isEqualTo(refs);
    assertThat(stack.registry.versions(service.name)).isEmpty();
    assertThat(service.processes()).isEmpty();
    assertThat(stack.escalations(end.taskId()))
        .singleElement()
        .satisfies(escalation ->
            assertThat(escalation.trigger()).isEqualTo(Escalation.Trigger.SECURITY_INCIDENT));
    assertThat(stack.audit(end.taskId()))
        .as("the audit tells which programs ran, and how they ended")
        .anySatisfy(record -> {
          assertThat(record.kind()).isEqualTo("ran");
          assertThat(record.summary()).startsWith("npm ").contains(": exit code 0 after ");
        });
  }

  private static String detail(StatusReport end) {
    return end.reason().orElseThrow().detail();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
