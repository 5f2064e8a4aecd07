package dev.opsagent.authority;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which agent owns which path of a repository: a list of globs, the first match decides, and what
 * no glob names is application source. Total and disjoint by construction.
 */
public final class Ownership {
  private static final int MAX_LENGTH = 4096;

  /** The map that holds where a repository does not bring its own. */
  public static final Ownership DEFAULT =
      new Ownership(
          Stream.of(
                  // Environment files hold secrets wherever they lie, also among generated files.
                  rules(Owner.OPS, "**/.env", "**/.env.*", "**/.npmrc", "**/.pypirc"),
                  rules(Owner.GENERATED, "**/node_modules/**", "**/__pycache__/**"),
                  rules(Owner.QA, "**/src/test/**"),
                  // Source folders that merely bear the name of a build folder.
                  rules(Owner.ENGINEER, "**/src/**/{build,dist,target,out,coverage}/**"),
                  rules(
                      Owner.GENERATED,
                      "**/{dist,build,target,coverage}/**",
                      "**/{.terraform,.nyc_output,.pytest_cache,.gradle,.next,.turbo}/**",
                      "**/*.egg-info/**",
                      "**/*.tsbuildinfo"),
                  rules(
                      Owner.VERSION_CONTROL,
                      "**/.gitignore",
                      "**/.gitattributes",
                      ".gitmodules",
                      ".mailmap",
                      "{.github/,docs/,}CODEOWNERS"),
                  rules(
                      Owner.OPS,
                      "**/{Dockerfile,Containerfile,.dockerignore}",
                      "**/Dockerfile.*",
                      "**/*.dockerfile",
                      "**/{docker-compose,compose}.{yml,yaml}",
                      "**/{docker-compose,compose}.*.{yml,yaml}",
                      "**/*.{tf,tfvars}",
                      "**/.terraform.lock.hcl",
                      ".github/{workflows,actions}/**",
                      "{.gitlab-ci.yml,Jenkinsfile,azure-pipelines.yml,.travis.yml,Procfile}",
                      "{.gitlab,.circleci}/**",
                      "{deploy,deployment,k8s,kubernetes,helm,charts,terraform}/**",
                      "{infra,infrastructure,ansible,monitoring,alerting}/**",
                      "scripts/{deploy,release,publish}*",
                      "**/{.npmignore,.releaserc,.release-it.json}",
                      "{settings,config/settings}.{json,yml,yaml,toml}"),
                  rules(Owner.SECURITY, "SECURITY.md", ".snyk", "**/security/**"),
                  rules(
                      Owner.DATA_ENGINEER,
                      "**/{migrations,migration}/**",
                      "**/*.sql",
                      "**/schema.prisma"),
                  rules(
                      Owner.QA,
                      "**/{test,tests,__tests__,e2e}/**",
                      "**/*.{test,spec}.{js,cjs,mjs,jsx,ts,tsx}",
                      "**/test_*.py"),
                  rules(Owner.DOCUMENTATION, "docs/**", "**/*.{md,adoc,rst}"),
                  rules(Owner.ENGINEER, "**"))
              .flatMap(List::stream)
              .toList(),
          Map.of(
              "package.json",
              Set.of("/version", "/publishConfig", "/files", "/private", "/scripts/release"),
              "package-lock.json",
              Set.of("/version", "/packages//version"),
              "npm-shrinkwrap.json",
              Set.of("/version", "/packages//version")));

  private final List<Rule> rules;
  private final Map<String, Set<String>> operationsPointers;

  private Ownership(List<Rule> rules, Map<String, Set<String>> operationsPointers) {
    this.rules = List.copyOf(rules);
    this.operationsPointers = Map.copyOf(operationsPointers);
  }

  /**
   * The owner of a path.
   *
   * @param path relative to the repository's root, normalised, {@code /} between segments
   * @throws IllegalArgumentException when it is no such path (see {@link #isPath})
   */
  public Owner of(String path) {
    if (!isPath(path)) {
      throw new IllegalArgumentException("not a normalised relative path");
    }
    return rules.stream()
        .filter(rule -> rule.glob().matches(path))
        .findFirst()
        .map(Rule::owner)
        .orElseThrow(() -> new IllegalStateException("the last rule matches every path"));
  }

  /**
   * The owner of one value inside a shared file.
   *
   * @param pointer JSON pointer
   */
  public Owner of(String path, String pointer) {
    Owner whole = of(path);
    boolean operations = operationsPointers.getOrDefault(path, Set.of()).contains(pointer);
    return operations ? Owner.OPS : whole;
  }

  /**
   * Whether this is a normalised relative path: no empty, {@code .} or {@code ..} segment, no
   * backslash or control character, at most 4096 characters.
   */
  public static boolean isPath(String path) {
    if (path.isEmpty() || path.length() > MAX_LENGTH) {
      return false;
    }
    boolean plain = path.chars().noneMatch(c -> c == '\\' || Character.isISOControl(c));
    return plain && Stream.of(path.split("/", -1)).allMatch(Ownership::isSegment);
  }

  private static boolean isSegment(String segment) {
    return !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
  }

  private static List<Rule> rules(Owner owner, String... globs) {
    return Stream.of(globs).map(glob -> new Rule(PathGlob.of(glob), owner)).toList();
  }

  private record Rule(PathGlob glob, Owner owner) {}
}
