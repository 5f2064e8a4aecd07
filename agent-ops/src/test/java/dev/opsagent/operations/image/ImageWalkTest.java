package dev.opsagent.operations.image;

import static dev.opsagent.operations.image.ImageWorld.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.outside.Environment;
import dev.opsagent.protocol.Deliverable.ImageStatus;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import dev.opsagent.testing.GitProgram;
import dev.opsagent.testing.SequentialRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whole builds: what goes into them, and where the image goes. */
class ImageWalkTest extends ImageWalk {
  @Test
  void aCommitBecomesAnImageThatItsRegistryHasByTheDigestThatIsReported() {
    String commit = world.commit(Map.of("site/index.html", "hello"), "COPY site /www");
    SequentialRun run = world.pushed("t1", "1.0.0");

    assertThat(run.run()).isEmpty();

    ImageStatus status = (ImageStatus) run.deliverables.getLast();
    assertThat(status.image()).isEqualTo(world.image + ":1.0.0");
    assertThat(status.reference()).startsWith(world.image + "@sha256:");
    assertThat(status.commit()).isEqualTo(commit);
    assertThat(status.pushed()).isTrue();
    assertThat(status.size()).isPositive();
    world.images.docker("image", "rm", world.image + ":1.0.0");
    assertThat(world.images.all()).as("gone from the engine").isEmpty();
    world.images.docker("pull", "--quiet", status.reference());
    assertThat(world.files(status.reference(), "/www")).containsExactly("/www/index.html");
    assertThat(label(status.reference(), "org.opencontainers.image.revision")).isEqualTo(commit);
    assertThat(label(status.reference(), "org.opencontainers.image.source"))
        .isEqualTo(world.remote.toString());
    assertThat(label(status.reference(), "dev.opsagent.image.task")).isEqualTo("t1");
  }

  private String label(String image, String name) {
    return world
        .images
        .docker("image", "inspect", "--format", "{{index .Config.Labels \"" + name + "\"}}", image)
        .getFirst();
  }

  @Test
  void aBuildSeesTheFilesOfTheCommitThatItsDockerignoreLetsThrough() throws IOException {
    GitProgram.write(world.developer.resolve("service/.dockerignore"), "*.md\n!keep.md\nlogs\n");
    GitProgram.write(world.developer.resolve("service/run.sh"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        world.developer.resolve("service/run.sh"),
        java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(world.developer.resolve("service/link"), Path.of("run.sh"));
    world.commit(
        Map.of(
            "outside.txt", "x",
            "service/Dockerfile", world.dockerfile("ARG SIZE", "COPY . /all"),
            "service/a.md", "x",
            "service/keep.md", "x",
            "service/logs/today", "x",
            "service/größe 1", "x"));
    SequentialRun run =
        world.task(
            "t1",
            "1",
            parameters -> {
              parameters.put("context", "service").putObject("args").put("SIZE", "5");
              return parameters;
            });

    assertThat(run.run()).isEmpty();
    assertThat(world.files(world.image + ":1", "/all"))
        .containsExactly(
            "/all/.dockerignore", "/all/Dockerfile", "/all/größe 1", "/all/keep.md", "/all/run.sh");
    assertThat(
            world.images.docker(
                "run",
                "--rm",
                world.image + ":1",
                "/bin/busybox",
                "stat",
                "-L",
                "-c",
                "%a",
                "/all/link"))
        .containsExactly("755");
  }

  @Test
  void aDockerfilesOwnDockerignoreComesBeforeThatOfTheContext() {
    world.commit(
        Map.of(
            ".dockerignore", "a\n",
            "Dockerfile.dockerignore", "b\n*.dockerignore\n",
            "a", "x",
            "b", "x"),
        "COPY . /all");

    assertThat(world.built("t1", "1").run()).isEmpty();

    assertThat(world.files(world.image + ":1", "/all"))
        .containsExactly("/all/.dockerignore", "/all/Dockerfile", "/all/a");
  }

  @Test
  void anImageIsBuiltOnOneThatOnlyARegistryHas() {
    world.commit(Map.of(), run("echo base"));
    assertThat(world.pushed("t1", "base").run()).isEmpty();
    String base = world.image + ":base";
    world.images.docker("image", "rm", base);
    GitProgram.commitAndPush(
        world.developer,
        "feat: on top",
        Map.of(
            "Dockerfile",
            "FROM %s AS top\nARG WORD=none\n%s\nFROM top\n%s\n"
                .formatted(base, run("echo $WORD > /word"), run("rm /word"))));

    SequentialRun run =
        world.task(
            "t2",
            "2",
            parameters -> {
              parameters.put("target", "top").putObject("args").put("WORD", "a b&c=%");
              return parameters;
            });

    assertThat(run.run()).isEmpty();
    assertThat(
            world.images.docker("run", "--rm", world.image + ":2", "/bin/busybox", "cat", "/word"))
        .containsExactly("a b&c=%");
  }

  @Test
  void filesThatLookLikeSecretsAreRefusedByNameBeforeAnythingIsBuilt() {
    world.commit(
        Map.of(".env", "A=1", "keys/server.pem", "x", ".env.example", "A="), "COPY . /all");
    SequentialRun run = world.built("t1", "1");

    Failure failure = run.run().orElseThrow();

    assertThat(failure.code()).isEqualTo(ReasonCode.PRECONDITION_FAILED);
    assertThat(failure.cause()).endsWith(": .env, keys/server.pem");
    assertThat(failure.fix()).contains(".dockerignore");
    assertThat(world.images.all()).isEmpty();
    world.commit(Map.of(".dockerignore", ".env\nkeys\n"), "COPY . /all");
    assertThat(world.built("t2", "1").run()).isEmpty();
    assertThat(world.files(world.image + ":1", "/all")).doesNotContain("/all/.env");
  }

  @Test
  void aDockerfileThatCannotBeReadIsRefused() {
    world.commit(Map.of(), "NONSENSE x");
    Failure failure = world.built("t1", "1").run().orElseThrow();
    assertThat(failure.code()).isEqualTo(ReasonCode.INVALID_PARAMETERS);
    assertThat(failure.cause()).contains("NONSENSE");
  }

  @Test
  void aStepMayKeepACacheBetweenBuilds() {
    String mount = "RUN --mount=type=cache,id=%s,target=/cache ".formatted(world.image);
    world.commit(Map.of(), mount + run("echo kept > /cache/file").substring(4));
    assertThat(world.built("t1", "1").run()).isEmpty();
    world.commit(Map.of("other", "x"), mount + run("cp /cache/file /file").substring(4));

    assertThat(world.built("t2", "2").run()).isEmpty();

    assertThat(
            world.images.docker("run", "--rm", world.image + ":2", "/bin/busybox", "cat", "file"))
        .containsExactly("kept");
  }

  @Test
  void aTagThatARegistryHasIsMovedInALocalEnvironmentOnly() {
    world.commit(Map.of(), run("echo one"));
    assertThat(world.pushed("t1", "1.0.0").run()).isEmpty();
    world.commit(Map.of(), run("echo two"));
    world.environment = staging();

    Failure failure = world.pushed("t2", "1.0.0").run().orElseThrow();

    assertThat(failure.code()).isEqualTo(ReasonCode.VERSION_TAKEN);
    world.environment = Environment.undeclared("local");
    SequentialRun moved = world.pushed("t3", "1.0.0");
    assertThat(moved.run()).isEmpty();
    moved.undo();
    assertThat(moved.remains)
        .singleElement()
        .asString()
        .startsWith(world.image + ":1.0.0 at sha256:")
        .contains("before, the tag stood at sha256:");
  }

  private static Environment staging() {
    Environment local = Environment.undeclared("local");
    return new Environment(
        "local",
        Environment.Kind.STAGING,
        local.runtimes(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Set.of(Environment.Strategy.RECREATE),
        Optional.empty(),
        local.verification(),
        local.limits(),
        Optional.empty(),
        local.recovery(),
        List.of(),
        false,
        Environment.Wall.NONE);
  }

  @Test
  void aRegistryThatTheOperatorHasNoLoginForIsNotPushedTo() {
    world.commit(Map.of(), run("echo one"));
    SequentialRun run =
        world.task(
            "t1",
            "1",
            parameters -> parameters.put("image", "registry.invalid/shop").put("push", true));

    Failure failure = run.run().orElseThrow();

    assertThat(failure.code()).isEqualTo(ReasonCode.CONFIGURATION);
    assertThat(failure.cause()).isEqualTo("the operator has no login for it");
  }

  @Test
  void aWorkingFolderWithUncommittedChangesIsNotBuiltFrom() {
    world.commit(Map.of(), run("echo one"));
    GitProgram.write(world.developer.resolve("later.txt"), "x");
    var task = world.dispatch("t1", "1", parameters -> parameters);
    var fromFolder =
        new dev.opsagent.protocol.TaskDispatch(
            task.taskId(),
            task.operation(),
            task.target(),
            Optional.of(
                new dev.opsagent.protocol.RepositoryRef(
                    world.developer.toString(), Optional.empty(), Optional.empty())),
            task.parameters(),
            task.requirements(),
            List.of(),
            "pm",
            false,
            Optional.empty());

    Failure failure = new SequentialRun(world.operation(), fromFolder).run().orElseThrow();

    assertThat(failure.cause()).contains("not committed, such as later.txt");
  }
}
