package dev.opsagent.benchmarks;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.protocol.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jgit.ignore.FastIgnoreRule;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import tools.jackson.databind.JsonNode;

/** Paths judged in a second on one core, beside JGit's ignore rules made of the same globs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Threads(1)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class OwnershipBenchmark {
  private static final int PATHS = 700;
  private static final Path GOLDEN = Path.of("agent-ops/src/test/resources/golden/ownership");

  private final List<String> paths = new ArrayList<>();
  private final List<FastIgnoreRule> ignoreRules = new ArrayList<>();
  private OwnershipMap map = OwnershipMap.standard();

  /** Reads the golden trees, and writes the globs of the map as ignore rules. */
  @Setup
  public void prepare() throws IOException {
    try (Stream<Path> trees = Files.list(GOLDEN)) {
      for (Path tree : trees.sorted().toList()) {
        Files.readAllLines(tree).forEach(line -> paths.add(line.split("\t", -1)[0]));
      }
    }
    paths.subList(PATHS, paths.size()).clear();
    map = OwnershipMap.standard();
    JsonNode tree = Json.readYamlTree(OwnershipMap.standardText());
    for (JsonNode globs : tree.at("/tiers").findValues("paths")) {
      for (JsonNode one : globs) {
        add(one.asString());
      }
    }
  }

  /** Ignore rules know no choices; each becomes rules of its own. */
  private void add(String glob) {
    int close = glob.indexOf('}');
    int open = close < 0 ? -1 : glob.lastIndexOf('{', close);
    if (open < 0) {
      ignoreRules.add(new FastIgnoreRule("/" + glob));
      return;
    }
    for (String choice : glob.substring(open + 1, close).split(",", -1)) {
      add(glob.substring(0, open) + choice + glob.substring(close + 1));
    }
  }

  @Benchmark
  @OperationsPerInvocation(PATHS)
  public void ownershipMap(Blackhole hole) {
    for (String path : paths) {
      hole.consume(map.judge(path));
    }
  }

  @Benchmark
  @OperationsPerInvocation(PATHS)
  public void ignoreRulesOfJGit(Blackhole hole) {
    for (String path : paths) {
      hole.consume(firstIgnoreRule(path));
    }
  }

  private int firstIgnoreRule(String path) {
    for (int i = 0; i < ignoreRules.size(); i++) {
      if (ignoreRules.get(i).isMatch(path, false, true)) {
        return i;
      }
    }
    return -1;
  }
}
