package dev.opsagent.authority.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.authority.routing.Routing.Decision;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {
  private final Router router = new Router(RoutingMap.DEFAULT);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "deploy web to staging | deploy",
        "after QA tested the deployment, deploy it | deploy",
        "release version 2.0 and create the release tag with it | push",
        "run the security scan | package.scan",
        "dploy teh api to stagging plz | deploy",
        "bump the version to 2.0.0 and publish the package | package.version,package.publish",
        "do not publish the package, just deploy web | deploy"
      })
  void oursIsAcceptedWithItsOperations(String instruction, String operations) {
    Routing routing = router.route(instruction);

    assertThat(routing.decision()).as(routing.toString()).isEqualTo(Decision.ACCEPT);
    assertThat(routing.operations()).containsAnyElementsOf(List.of(operations.split(",")));
    assertThat(routing.foreign()).isEmpty();
    assertThat(routing.why()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "write docs for the deploy script | documentation",
        "do not deploy, only write the notes | documentation",
        "fix the bug in DockerAdapter.java | engineer",
        "review the Terraform architecture | architect",
        "set up the security scanner | security",
        "add a migration | data-engineer",
        "create a release tag | version-control",
        "research monitoring tools | research",
        "test the deployment | qa",
        "tset the deployment | qa",
        "write a function that restarts the worker | engineer",
        "document deploy, rollback and restart | documentation",
        "prioritize the backlog | pm"
      })
  void othersWorkIsNamedWithItsOwner(String instruction, String owner) {
    Routing routing = router.route(instruction);

    assertThat(routing.decision()).as(routing.toString()).isEqualTo(Decision.NOT_MINE);
    assertThat(routing.owners()).containsExactly(owner);
    assertThat(routing.operations()).isEmpty();
  }

  @Test
  void aMixedInstructionIsSplitWithTheSpansOfWhatIsForeign() {
    Routing routing =
        router.route("Please deploy web to production, and write the release notes for it.");

    assertThat(routing.decision()).isEqualTo(Decision.SPLIT);
    assertThat(routing.operations()).containsExactly("deploy");
    assertThat(routing.foreign()).hasSize(1);
    assertThat(routing.foreign().getFirst().owner()).isEqualTo("documentation");
    assertThat(routing.foreign().getFirst().text()).isEqualTo("write the release notes for it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "please take care of it",
        "do not deploy yet",
        "deploy or roll back, whichever you like",
        "deploy web and frobnicate the doohickey",
        "create a logo for the dashboard",
        "the deployment was nice",
        "how was your weekend?"
      })
  void whereAPersonWouldAskBackNothingIsTaken(String instruction) {
    Routing routing = router.route(instruction);

    assertThat(routing.decision()).as(routing.toString()).isEqualTo(Decision.UNCLEAR);
    assertThat(routing.operations()).isEmpty();
  }

  @Test
  void whatMustNotBeDoneIsKnown() {
    assertThat(router.route("do not restart the api").withheld()).containsExactly("restart");
  }

  @Test
  void theSameTextHasTheSameAnswer() {
    String text = "roll the api back, fix the bug and tell QA";

    assertThat(new Router(RoutingMap.DEFAULT).route(text)).isEqualTo(router.route(text));
  }

  @Test
  void ofATextThatIsTooLongNothingIsTaken() {
    assertThat(router.route("deploy web. " + "x".repeat(Router.LONGEST)).decision())
        .isEqualTo(Decision.UNCLEAR);
  }

  /**
   * The limit is far from what it takes; a text that makes the work explode passes it all the same.
   */
  @Timeout(120)
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a,",
        "and ",
        "deplyo ",
        "zzzzqqqq ",
        "the ",
        "don't ",
        "[",
        "((",
        "\n",
        "that that ",
        "if ",
        "qa ",
        "....",
        "'s ",
        "\u0000",
        "\uD83D\uDE00 ",
        "roll roll ",
        "aaaaaaaaab ",
        "to be "
      })
  void hostileTextsAreJudgedToo(String piece) {
    String text = piece.repeat(Router.LONGEST / piece.length());

    assertThat(router.route(text).operations()).isSubsetOf("deploy", "rollback");
  }

  @Test
  void wordsThatMayBeToldHoldNothingOfWhatTheWriterPutBesideThem() {
    Routing routing =
        router.route("fix the bug in Canary4711.java and polish the CANARY_4711 canary4711");

    assertThat(routing.foreign()).isNotEmpty();
    assertThat(routing.foreign())
        .allSatisfy(part ->
            assertThat(String.join(" ", part.words()).toLowerCase(java.util.Locale.ROOT))
                .doesNotContain("4711"));
  }

  @Test
  void theMapKnowsEveryOperationOfTheMission() {
    assertThat(RoutingMap.DEFAULT.operations().keySet())
        .containsExactlyInAnyOrder(
            "push",
            "deploy",
            "rollback",
            "restart",
            "scale",
            "stop",
            "image.build",
            "environment.configure",
            "infrastructure.generate",
            "infrastructure.plan",
            "infrastructure.apply",
            "infrastructure.drift",
            "pipeline.create",
            "pipeline.optimize",
            "pipeline.run",
            "pipeline.status",
            "package.publish",
            "package.version",
            "package.retract",
            "package.access",
            "package.dependencies",
            "package.scan",
            "monitor.configure",
            "monitor.health",
            "monitor.performance",
            "incident.respond");
  }

  @Test
  void everyOutcomeOfTheMapIsKnown() {
    RoutingMap map = RoutingMap.DEFAULT;
    map.verbs()
        .values()
        .forEach(verb -> {
          verb.with().orElse(java.util.Map.of()).values().forEach(map::outcome);
          verb.otherwise().ifPresent(map::outcome);
        });
    map.nouns()
        .values()
        .forEach(noun -> {
          noun.work().ifPresent(map::outcome);
          noun.alone().ifPresent(map::outcome);
        });
    assertThat(map.title("data-engineer")).isEqualTo("Data Engineer");
  }
}
