package dev.opsagent.cli;

import dev.opsagent.redaction.Redactor;
import dev.opsagent.sandbox.LocalPrograms;
import dev.opsagent.sandbox.WallReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "doctor",
    description = "Tells what is installed here, what is missing, and what that costs.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  ops-agent doctor", "  ops-agent doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  private static final List<Tool> TOOLS =
      List.of(
          new Tool("node", List.of("node", "--version"), "Node services cannot be run or tested"),
          new Tool("npm", List.of("npm", "--version"), "push cannot pack or publish npm packages"),
          new Tool("git", List.of("git", "--version"), "nothing: the agent speaks git itself"),
          new Tool(
              "docker engine",
              List.of("docker", "version", "--format", "{{.Server.Version}}"),
              "deployments to Docker and Compose are refused"),
          new Tool(
              "docker compose",
              List.of("docker", "compose", "version", "--short"),
              "deployments of Compose projects are refused"),
          new Tool(
              "setsid", List.of("setsid", "--version"), "started services end with the worker"),
          new Tool(
              "bubblewrap", List.of("bwrap", "--version"), "the strongest sandbox cannot be used"),
          new Tool("kcat", List.of("kcat", "-V"), "the kcat examples of README cannot be tried"));

  private final Surroundings around;
  private final InstalledPrograms programs;

  @Mixin private OutputOptions output;

  DoctorCommand(Surroundings around) {
    this.around = around;
    this.programs = new InstalledPrograms(around.environment());
  }

  private record Tool(String name, List<String> command, String cost) {}

  /**
   * One line of the finding.
   *
   * @param cost what cannot be done without it
   */
  record Finding(
      String name, boolean required, boolean found, Optional<String> version, String cost) {}

  /** What the command prints. */
  record Report(boolean healthy, List<Finding> findings, WallReport sandbox) {}

  @Override
  public Integer call() {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    TOOLS.forEach(it -> findings.add(finding(it)));
    boolean healthy = findings.stream().allMatch(it -> it.found() || !it.required());
    Report report = new Report(healthy, findings, wall());
    new Printer(around, output.format()).result(report, () -> lines(report));
    return healthy ? ExitCode.SUCCEEDED.code() : ExitCode.FAILED.code();
  }

  private WallReport wall() {
    Path scratch = around.home().resolve(".cache/ops-agent/doctor");
    String path = around.environment().getOrDefault("PATH", "");
    return WallReport.of(new LocalPrograms(scratch, path, Redactor.of(Map.of()), "auto").wall());
  }

  private static Finding java() {
    Runtime.Version version = Runtime.version();
    return new Finding(
        "java",
        true,
        version.feature() >= 25,
        Optional.of(version.toString()),
        "the agent needs Java 25 or newer");
  }

  private Finding finding(Tool tool) {
    Optional<String> version = programs.firstLine(tool.command());
    return new Finding(tool.name(), false, version.isPresent(), version, tool.cost());
  }

  private static List<String> lines(Report report) {
    List<String> lines = new ArrayList<>();
    for (Finding finding : report.findings()) {
      String word = finding.found() ? "✔ found  " : finding.required() ? "✘ missing" : "· missing";
      String detail = finding.found() ? finding.version().orElse("") : "so: " + finding.cost();
      lines.add("%s  %-14s  %s".formatted(word, finding.name(), detail));
    }
    WallReport wall = report.sandbox();
    boolean walled = wall.notCovered().size() > 0;
    lines.add(
        walled
            ? "✔ found    wall            " + wall.level() + ", which does not cover:"
            : "· missing  wall            so: tasks that start programs are refused");
    wall.notCovered().forEach(it -> lines.add("             " + it.name() + ": " + it.what()));
    wall.missing().forEach(it -> lines.add("             " + it));
    lines.add(report.healthy() ? "ready to work" : "something required is missing");
    return lines;
  }
}
