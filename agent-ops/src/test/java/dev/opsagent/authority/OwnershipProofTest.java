package dev.opsagent.authority;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnershipProofTest {
  private static final String REST =
      "  - {name: rest, rules: [{name: all, owner: engineer, paths: [\"**\"]}]}\n";

  @Test
  void twoOwnersOfOnePathInATierAreRefusedNamingRulesAndPath() {
    var faults =
        MapOf.faults(
            MapOf.tiers(
                """
                  - name: one
                    rules:
                      - {name: deploys, owner: ops, paths: ["deploy/**"]}
                      - {name: texts, owner: documentation, paths: ["**/*.md"]}
                """
                    + REST));

    assertThat(faults).hasSize(1);
    assertThat(faults.getFirst().cause())
        .contains("one/deploys (ops, deploy/**)", "one/texts (documentation, **/*.md)")
        .contains("both claim deploy/.md");
    assertThat(faults.getFirst().field()).isEqualTo("tiers[0].rules[1].paths[0]");
  }

  @Test
  void rulesThatMeetOnlyInAnotherCaseOverlapToo() {
    var faults =
        MapOf.faults(
            MapOf.tiers(
                """
                  - name: one
                    rules:
                      - {name: a, owner: ops, paths: ["Docs/**"]}
                      - {name: b, owner: documentation, paths: ["docs/**"]}
                """
                    + REST));

    assertThat(faults).hasSize(1);
  }

  @Test
  void theEarlierTierDecidesWhereTiersOverlap() {
    OwnershipMap map =
        MapOf.proved(
            MapOf.tiers(
                """
                  - {name: texts, rules: [{name: a, owner: documentation, paths: ["**/*.md"]}]}
                  - {name: deploys, rules: [{name: b, owner: ops, paths: ["deploy/**"]}]}
                """
                    + REST));

    assertThat(map.judge("deploy/a.md").rule()).isEqualTo("texts/a");
    assertThat(map.judge("deploy/a.sh").rule()).isEqualTo("deploys/b");
    assertThat(map.judge("a.sh").rule()).isEqualTo("rest/all");
  }

  @Test
  void rulesOfOneOwnerMayOverlap() {
    assertThat(
            MapOf.faults(
                MapOf.tiers(
                    """
                      - name: one
                        rules:
                          - {name: a, owner: ops, paths: ["deploy/**"]}
                          - {name: b, owner: ops, paths: ["**/*.sh"]}
                    """
                        + REST)))
        .isEmpty();
  }

  @Test
  void aPathWithoutAnOwnerIsRefusedWithThatPath() {
    var faults =
        MapOf.faults(
            MapOf.tiers(
                """
                  - {name: a, rules: [{name: b, owner: ops, paths: ["deploy/**", "*"]}]}
                """));

    assertThat(faults).hasSize(1);
    assertThat(faults.getFirst().cause()).startsWith("no rule owns x/").contains("a/b");
  }

  @Test
  void totalityNeedsNoCatchAllGlob() {
    assertThat(
            MapOf.faults(
                MapOf.tiers(
                    """
                      - name: a
                        rules:
                          - {name: b, owner: ops, paths: ["*"]}
                          - {name: c, owner: engineer, paths: ["*/**"]}
                    """)))
        .isEmpty();
  }

  @Test
  void aRuleThatNeverDecidesIsRefusedNamingThoseBeforeIt() {
    var faults =
        MapOf.faults(
            MapOf.tiers(
                """
                  - {name: a, rules: [{name: all, owner: ops, paths: ["deploy/**"]}]}
                  - {name: b, rules: [{name: some, owner: qa, paths: ["deploy/*.sh"]}]}
                """
                    + REST));

    assertThat(faults).hasSize(1);
    assertThat(faults.getFirst().cause())
        .contains("b/some (qa, deploy/*.sh) never decides", "a/all (ops, deploy/**)");
  }

  @Test
  void severalRulesTogetherCanShadowOne() {
    var faults =
        MapOf.faults(
            MapOf.tiers(
                """
                  - {name: a, rules: [{name: files, owner: ops, paths: ["x/*"]}]}
                  - {name: b, rules: [{name: folders, owner: ops, paths: ["x/*/**"]}]}
                  - {name: c, rules: [{name: all, owner: qa, paths: ["x/**"]}]}
                """
                    + REST));

    assertThat(faults).hasSize(1);
    assertThat(faults.getFirst().cause()).contains("c/all", "a/files", "b/folders");
  }

  @Test
  void nobodyCanGiveGitsFilesAway() {
    var faults =
        MapOf.faults(
            MapOf.tiers(
                """
                  - {name: a, rules: [{name: hooks, owner: ops, paths: ["**/.git/hooks/**"]}]}
                """
                    + REST));

    assertThat(faults.getFirst().cause()).contains("never decides", "built-in/git");
  }

  @Test
  void brokenGlobsAreRefused() {
    for (String glob : new String[] {"a{b", "a}b", "a**/b", "a//b", "a/"}) {
      var faults =
          MapOf.faults(
              MapOf.tiers(
                  "  - {name: a, rules: [{name: b, owner: ops, paths: [\""
                      + glob
                      + "\"]}]}\n"
                      + REST));
      assertThat(faults).as(glob).hasSize(1);
      assertThat(faults.getFirst().field()).isEqualTo("tiers[0].rules[0].paths[0]");
    }
  }

  @Test
  void aMarkerThatGivesIsRefused() {
    var faults =
        MapOf.faults(
            MapOf.text(
                "version: 1\ntiers:\n"
                    + REST
                    + """
                    markers: [{name: m, owner: ops, paths: ["**"], lines: ["# ops"]}]
                    shared: []
                    """));

    assertThat(faults.getFirst().cause()).contains("marker/m gives to ops");
  }

  @Test
  void aValueWithTwoOwnersIsRefusedWithItsPointer() {
    var faults =
        MapOf.faults(
            MapOf.text(
                "version: 1\ntiers:\n"
                    + REST
                    + """
                    markers: []
                    shared:
                      - name: manifest
                        rest: engineer
                        format: json
                        paths: ["package.json"]
                        pointers:
                          - {owner: ops, at: ["/scripts/release"]}
                          - {owner: qa, at: ["/scripts"]}
                    """));

    assertThat(faults.getFirst().cause())
        .contains("shared/manifest", "both ops and qa claim /scripts/release");
  }

  @Test
  void whatAnotherMapChangesIsToldWithAnExample() {
    OwnershipMap old =
        MapOf.proved(
            MapOf.tiers(
                "  - {name: a, rules: [{name: b, owner: ops, paths: [\"deploy/**\"]}]}\n" + REST));
    OwnershipMap other =
        MapOf.proved(
            MapOf.tiers(
                "  - {name: a, rules: [{name: b, owner: ops, paths: [\"deploy/*.sh\"]}]}\n"
                    + REST));

    assertThat(old.changesTo(old).orElseThrow()).isEmpty();
    assertThat(old.changesTo(other).orElseThrow())
        .singleElement()
        .satisfies(change -> {
          assertThat(old.judge(change.example()).owner()).isEqualTo(Owner.OPS);
          assertThat(other.judge(change.example()).owner()).isEqualTo(Owner.ENGINEER);
        });
  }
}
