package dev.opsagent.operations.push;

import static dev.opsagent.operations.push.GitProgram.git;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.Repository;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The port as its documentation says, carried out by the git program. */
final class GitProgramRepository implements Repository {
  private static final Path HERE = Path.of("").toAbsolutePath();

  @Override
  public Answer<RemoteRefs> refs(String url) {
    return answer(() -> {
      Map<String, String> refs = new HashMap<>();
      Optional<String> head = Optional.empty();
      for (String line : lines(git(HERE, "ls-remote", "--symref", url))) {
        String[] parts = line.split("\t", -1);
        if (parts[0].startsWith("ref: ")) {
          head = Optional.of(parts[0].substring(5));
          continue;
        }
        refs.put(parts[1], parts[0]);
      }
      return new RemoteRefs(head, refs);
    });
  }

  @Override
  public Answer<Checkout> clone(String url, String branch, String commit, Path folder) {
    return answer(() -> {
      git(HERE, "clone", "-q", "--branch", branch, url, folder.toString());
      git(folder, "reset", "-q", "--hard", commit);
      return new Clone(folder);
    });
  }

  @Override
  public Answer<Checkout> open(Path folder) {
    return Files.isDirectory(folder.resolve(".git"))
        ? new Answer.Ok<>(new Clone(folder))
        : no("open " + folder, "it is no clone");
  }

  private record Clone(Path folder) implements Checkout {
    @Override
    public String head() {
      return git(folder, "rev-parse", "HEAD");
    }

    @Override
    public Optional<String> branch() {
      return Optional.of(git(folder, "branch", "--show-current")).filter(b -> !b.isEmpty());
    }

    @Override
    public Optional<String> origin() {
      return Optional.of(git(folder, "remote", "get-url", "origin"));
    }

    @Override
    public Answer<List<Change>> changes() {
      return answer(() ->
          lines(git(folder, "status", "--porcelain", "--untracked-files=all")).stream()
              .map(line -> line.split(" +", 2))
              .map(parts -> new Change(parts[1], !parts[0].equals("??")))
              .toList());
    }

    @Override
    public Answer<Map<String, String>> files() {
      return answer(() -> {
        Map<String, String> files = new HashMap<>();
        for (String line : lines(git(folder, "ls-tree", "-r", "HEAD"))) {
          files.put(line.split("\t", -1)[1], line.split("[ \t]", -1)[2]);
        }
        return files;
      });
    }

    @Override
    public Answer<Optional<byte[]>> file(String path) {
      return files()
          .map(files ->
              Optional.ofNullable(files.get(path))
                  .map(blob -> (git(folder, "cat-file", "blob", blob) + "\n").getBytes(UTF_8)));
    }

    @Override
    public Answer<History> history() {
      return answer(() -> {
        Optional<String> tag =
            lines(git(folder, "tag", "--merged", "HEAD", "--sort=-v:refname")).stream().findFirst();
        String range = tag.map(t -> t + "..HEAD").orElse("HEAD");
        List<String> messages =
            Stream.of(git(folder, "log", "--format=%B%x1e", range).split("\u001e", -1))
                .map(String::strip)
                .filter(message -> !message.isEmpty())
                .toList();
        return new History(tag.map(t -> t.substring(1)), messages);
      });
    }

    @Override
    public Answer<Release> release(ReleaseCommit commit) {
      return answer(() -> {
        git(folder, "read-tree", "HEAD");
        commit.files().forEach(this::stage);
        String tree = git(folder, "write-tree");
        String who =
            "%s <%s> %d +0000"
                .formatted(commit.author(), commit.email(), commit.at().getEpochSecond());
        String id =
            object(
                "commit",
                "tree %s\nparent %s\nauthor %s\ncommitter %s\n\n%s"
                    .formatted(tree, head(), who, who, commit.message()));
        String tag =
            object(
                "tag",
                "object %s\ntype commit\ntag %s\ntagger %s\n\n%s"
                    .formatted(id, commit.tag(), who, commit.message()));
        git(folder, "update-ref", "refs/heads/" + commit.branch(), id);
        git(folder, "update-ref", "refs/tags/" + commit.tag(), tag);
        return new Release(commit.tag(), id, tag);
      });
    }

    private void stage(String path, byte[] content) {
      String blob = object("blob", new String(content, UTF_8));
      git(folder, "update-index", "--add", "--cacheinfo", "100644," + blob + "," + path);
    }

    private String object(String type, String content) {
      try {
        Path file = Files.writeString(folder.resolve(".git/object.tmp"), content);
        return git(folder, "hash-object", "-w", "--no-filters", "-t", type, file.toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Answer<Optional<Release>> released(String tag) {
      return answer(() ->
          lines(
                  git(
                      folder,
                      "for-each-ref",
                      "--format=%(objectname) %(*objectname)",
                      "refs/tags/" + tag))
              .stream()
              .findFirst()
              .map(line -> line.split(" ", 2))
              .map(ids -> new Release(tag, ids[1], ids[0])));
    }

    @Override
    public Answer<Boolean> unrelease(String tag, String branch, String commit) {
      return answer(() -> {
        git(folder, "update-ref", "-d", "refs/tags/" + tag);
        git(folder, "update-ref", "refs/heads/" + branch, commit);
        return true;
      });
    }

    @Override
    public Answer<Pushed> push(String url, String branch, String expected, Release release) {
      String refs = "refs/heads/" + branch;
      String tag = "refs/tags/" + release.tag();
      try {
        git(
            folder,
            "push",
            "-q",
            "--atomic",
            "--force-with-lease=" + refs + ":" + expected,
            "--force-with-lease=" + tag + ":",
            url,
            release.commit() + ":" + refs,
            release.tagObject() + ":" + tag);
        return new Answer.Ok<>(Pushed.MOVED);
      } catch (AssertionError _) {
        return new Answer.Ok<>(Pushed.REFUSED);
      }
    }
  }

  private static List<String> lines(String output) {
    return output.lines().filter(line -> !line.isBlank()).map(String::strip).toList();
  }

  private static <T> Answer<T> answer(Supplier<T> work) {
    try {
      return new Answer.Ok<>(work.get());
    } catch (AssertionError e) {
      return no("use git", String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private static <T> Answer<T> no(String action, String cause) {
    return new Answer.No<>(Failure.of(ReasonCode.TOOL_FAILED, action, cause, ""));
  }
}
