package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.authority.WorkspaceProof;
import dev.opsagent.execution.Step.Outcome;
import dev.opsagent.execution.Step.Probe;
import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.FallibleStep;
import dev.opsagent.operations.Lines;
import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.PackageScripts;
import dev.opsagent.outside.Programs.Finished;
import dev.opsagent.plan.Facts;
import dev.opsagent.protocol.Digests;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * Runs the package's own scripts, which see no credential, and holds what they left behind against
 * the map of owners.
 */
record ScriptsStep(ReleaseSource sources, PackageScripts scripts, InstantSource clock)
    implements FallibleStep {
  /** Fact: what the programs changed, and by which map that was judged. */
  static final String PROOF = Facts.PROOF + "scripts";

  /** Lies beside the checkout, out of the scripts' reach, and tells that they have run. */
  static final String NOTE = "scripts.done";

  @Override
  public Probe probe(StepContext context) throws IOException {
    boolean done = sources.folders(context).noted(NOTE).filter(note(context)::equals).isPresent();
    return done ? new Probe.Satisfied(Facts.NONE) : new Probe.Missing();
  }

  private static String note(StepContext context) {
    Observations seen = Observations.of(context.facts());
    return seen.base() + "\n" + String.join("\n", seen.scripts());
  }

  @Override
  public Outcome apply(StepContext context) throws Stopped, IOException {
    Observations seen = Observations.of(context.facts());
    TaskFolders folders = sources.folders(context);
    Path checkout = folders.checkout();
    Duration timeout = context.timeout();
    accept(context, seen); // an earlier attempt may have left something there
    WatchedCheckout watched =
        new WatchedCheckout(sources.boundary(), sources.source(context), checkout, clock);
    if (seen.install()) {
      String action = "install the package's dependencies";
      context.progress().line(action);
      judge(watched, action, unlessOk(scripts.install(checkout, timeout)));
    }
    for (String script : seen.scripts()) {
      String action = "run the package's script " + script;
      context.progress().line(action);
      judge(watched, action, unlessOk(scripts.run(checkout, script, timeout)));
    }
    WorkspaceProof proof = watched.prove("accept what the package's scripts left behind");
    accept(context, seen);
    folders.note(NOTE, note(context));
    return new Outcome.Applied(Facts.of(Map.of(PROOF, summary(proof))));
  }

  private void accept(StepContext context, Observations seen) throws Stopped {
    sources
        .boundary()
        .afterTools(
            sources.checkout(context),
            seen.base(),
            "accept what the package's scripts left behind");
  }

  private static String summary(WorkspaceProof proof) {
    return "%d changes, none foreign, %s by map %s"
        .formatted(
            proof.entries().size(),
            Digests.sha256(Json.canonical(proof.entries())),
            proof.policy());
  }

  /** What a program changed counts before how it ended. */
  private static void judge(WatchedCheckout watched, String action, Finished finished)
      throws Stopped, IOException {
    var _ = watched.prove(action);
    if (finished.exitCode() == 0) {
      return;
    }
    String said =
        Lines.last(finished.stderr())
            .or(() -> Lines.last(finished.stdout()))
            .orElse("it said nothing");
    throw new Stopped(
        Failure.of(
            ReasonCode.TOOL_FAILED,
            action,
            "exit code %d: %s".formatted(finished.exitCode(), said),
            "run it in a fresh clone of the branch"));
  }
}
