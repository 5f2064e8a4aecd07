package dev.opsagent.configuration;

import dev.opsagent.configuration.OperatorFile.Loaded;
import dev.opsagent.evidence.GatePolicy;
import dev.opsagent.evidence.GatePolicy.Approvals;
import dev.opsagent.evidence.GatePolicy.Ask;
import dev.opsagent.evidence.GatePolicy.Rule;
import dev.opsagent.execution.Gate.Terms;
import dev.opsagent.outside.Answer;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.GatesSchema;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.OperationSchemas;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The operator's gate policy, from its file. */
public final class GatesFile {
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final Duration LONGEST_WAIT = Duration.ofDays(14);
  private static final OperatorFile FILE =
      new OperatorFile(
          "the gate policy",
          "policy.gates",
          "schemas/gates.schema.json",
          "the command gates tries it without a worker");

  private final YamlPlaces places;
  private final List<Problem> problems = new ArrayList<>();

  private GatesFile(YamlPlaces places) {
    this.places = places;
  }

  /** The policy in force: the operator's file, or the one that comes along when there is none. */
  public static Answer<Reloaded<GatePolicy>> open(Optional<Path> file) {
    return file.map(it -> Reloaded.open("gate policy", it, GatesFile::load))
        .orElseGet(() -> new Answer.Ok<>(Reloaded.fixed("gate policy", standard())));
  }

  /** Loads a file: what is wrong is its form, or else all that does not fit together. */
  static Loaded<GatePolicy> load(Path file) {
    return FILE.load(file, (tree, places) -> new GatesFile(places).read(tree));
  }

  private static GatePolicy standard() {
    byte[] text = standardText();
    Loaded<GatePolicy> read =
        new GatesFile(YamlPlaces.of("gates.yaml", text)).read(Json.readYamlTree(text));
    return switch (read) {
      case Loaded.Sound<GatePolicy>(GatePolicy policy) -> policy;
      case Loaded.Unsound<GatePolicy> unsound ->
          throw new IllegalStateException(unsound.failure().sentence());
    };
  }

  /** The file that comes along, to begin an own one with. */
  public static byte[] standardText() {
    try (InputStream file = GatePolicy.class.getResourceAsStream("gates.yaml")) {
      if (file == null) {
        throw new IllegalStateException("the gate policy is missing from this build");
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the gate policy of this build", e);
    }
  }

  private Loaded<GatePolicy> read(JsonNode tree) {
    GatesSchema.validate(tree);
    GatesDocument document = Json.bind(tree, GatesDocument.class);
    GatesDocument.Waits waits = document.waits().orElse(GatesDocument.Waits.DEFAULT);
    Terms terms =
        new Terms(
            wait("waits.evidence", waits.evidence(), Terms.DEFAULT.evidence()),
            wait("waits.approval", waits.approval(), Terms.DEFAULT.approval()),
            wait("waits.consent", waits.consent(), Terms.DEFAULT.consent()));
    GatePolicy policy =
        new GatePolicy(Digests.sha256(Json.canonical(tree)), terms, rules(document.rules()));
    return problems.isEmpty() ? new Loaded.Sound<>(policy) : new Loaded.Unsound<>(FILE, problems);
  }

  private List<Rule> rules(List<GatesDocument.Rule> written) {
    Set<String> names = new HashSet<>();
    List<Rule> rules = new ArrayList<>();
    for (int index = 0; index < written.size(); index++) {
      String at = "rules[%d]".formatted(index);
      GatesDocument.Rule one = written.get(index);
      operations(at + ".operations", one.operations());
      if (!names.add(one.name())) {
        problem(at + ".name", "stands twice", "give each rule a name of its own");
      }
      rules.add(
          new Rule(
              one.name(),
              Set.copyOf(one.operations()),
              Set.copyOf(one.environments()),
              asks(at, one.evidence().orElse(List.of())),
              one.approvals().map(it -> approvals(at, it))));
      somebodyMay(at + ".approvals.from", rules);
    }
    return rules;
  }

  /** A name that is misspelt would ask for nothing, and nobody would notice. */
  private void operations(String at, List<String> named) {
    for (int index = 0; index < named.size(); index++) {
      String one = named.get(index);
      if (!one.equals("*") && !OperationSchemas.names().contains(one)) {
        problem(
            "%s[%d]".formatted(at, index),
            "is no operation",
            "write one of " + String.join(", ", OperationSchemas.names()) + ", or *");
      }
    }
  }

  /** Rules for one task hold together, so that whoever may consent must be named by all of them. */
  private void somebodyMay(String at, List<Rule> rules) {
    Rule last = rules.getLast();
    for (Rule other : rules.subList(0, rules.size() - 1)) {
      List<String> both = named(other);
      boolean narrowed = !both.isEmpty() && !named(last).isEmpty() && last.meets(other);
      int needed = Math.max(count(last), count(other));
      if (narrowed && both.stream().filter(named(last)::contains).count() < needed) {
        problem(
            at,
            "leaves fewer than %d who may by the rule %s as well".formatted(needed, other.name()),
            "name at least %d of the same".formatted(needed));
      }
    }
  }

  private static List<String> named(Rule rule) {
    return rule.approvals().map(Approvals::from).orElse(List.of());
  }

  private static int count(Rule rule) {
    return rule.approvals().map(Approvals::count).orElse(0);
  }

  private List<Ask> asks(String at, List<GatesDocument.Evidence> written) {
    List<Ask> asks = new ArrayList<>();
    for (int index = 0; index < written.size(); index++) {
      GatesDocument.Evidence one = written.get(index);
      String where = "%s.evidence[%d].maxAge".formatted(at, index);
      asks.add(
          new Ask(
              one.kind(),
              one.from().orElse(List.of()),
              one.maxAge().map(it -> duration(where, it, LONGEST)),
              one.when().filter(GatesDocument.When.EXISTS::equals).isPresent()));
    }
    return asks;
  }

  private Approvals approvals(String at, GatesDocument.Approvals written) {
    List<String> from = written.from().orElse(List.of()).stream().distinct().toList();
    if (!from.isEmpty() && from.size() < written.count()) {
      problem(
          at + ".approvals.from",
          "names fewer than have to consent",
          "name at least %d".formatted(written.count()));
    }
    return new Approvals(written.count(), from, written.secondPerson().orElse(true));
  }

  private Duration wait(String at, Optional<String> written, Duration standard) {
    return written.map(it -> duration(at, it, LONGEST_WAIT)).orElse(standard);
  }

  private Duration duration(String at, String written, Duration longest) {
    Duration read = Words.duration(written).orElse(Duration.ZERO);
    if (read.compareTo(Duration.ofSeconds(1)) < 0 || read.compareTo(longest) > 0) {
      problem(at, "is out of bounds", "write 1s to %dd".formatted(longest.toDays()));
      return longest;
    }
    return read;
  }

  private void problem(String field, String cause, String fix) {
    problems.add(new Problem(places.of(field), cause, fix));
  }
}
