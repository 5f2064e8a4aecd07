package dev.opsagent.operations.push;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.execution.StepContext;
import dev.opsagent.operations.BranchLookup;
import dev.opsagent.operations.Health;
import dev.opsagent.operations.Lines;
import dev.opsagent.operations.RemoteBranch;
import dev.opsagent.operations.Service;
import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.push.Observations.Before;
import dev.opsagent.operations.push.PushParameters.Publish;
import dev.opsagent.outside.Environment;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.PackageRegistry;
import dev.opsagent.outside.PackageRegistry.Listing;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Repository.History;
import dev.opsagent.outside.ServiceRuntime;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Looks up what the plan of a push needs; writes nothing but a clone in the workspace, which it
 * removes again.
 */
record PushResolver(
    ReleaseSource sources,
    PushParameters parameters,
    Optional<PackageRegistry> registry,
    Optional<ServiceRuntime> runtime,
    Optional<Environment> environment,
    InstantSource clock) {
  /** What npm runs before it packs for a publish, in its order. */
  private static final List<String> LIFECYCLE = List.of("prepublishOnly", "prepack", "prepare");

  Observations observe(StepContext context) throws Stopped, IOException {
    RemoteBranch remote =
        new BranchLookup(sources.repository(), "release", sources.boundary()::inWorkingFolder)
            .find(context.task().target().environment(), context.task().repository().orElseThrow());
    Path folder = TaskFolders.emptied(sources.folders(context).resolve());
    try {
      Checkout checkout =
          unlessOk(
              sources.repository().clone(remote.url(), remote.branch(), remote.head(), folder));
      return observe(context, remote, checkout);
    } finally {
      FolderRemoval.remove(folder);
    }
  }

  private Observations observe(StepContext context, RemoteBranch remote, Checkout checkout)
      throws Stopped {
    Manifest manifest = Manifest.read(manifestFile(checkout));
    Optional<String> account = account();
    Optional<Listing> listing = listing(manifest);
    SemanticVersion next = next(remote, checkout, manifest, listing);
    Optional<String> previous = previous(listing, next);
    List<String> scripts = scripts(manifest);
    return new Observations(
        remote.url(),
        remote.branch(),
        remote.head(),
        manifest.name(),
        manifest.version().toString(),
        next.toString(),
        ReleaseFiles.in(checkout),
        scripts,
        !scripts.isEmpty() && manifest.hasDependencies(),
        account,
        previous,
        running(context),
        parameters.deploy().flatMap(_ -> environment).map(this::health),
        clock.instant().truncatedTo(ChronoUnit.SECONDS));
  }

  private static byte[] manifestFile(Checkout checkout) throws Stopped {
    return unlessOk(checkout.file(Manifest.FILE))
        .orElseThrow(() ->
            refused(
                ReasonCode.PRECONDITION_FAILED,
                "read " + Manifest.FILE,
                "the branch has none at its root",
                "push a branch that holds an npm package"));
  }

  private Optional<String> account() throws Stopped {
    if (parameters.publish().isEmpty() || registry.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(unlessOk(registry.get().whoami()));
  }

  private Optional<Listing> listing(Manifest manifest) throws Stopped {
    if (parameters.publish().isEmpty() || registry.isEmpty()) {
      return Optional.empty();
    }
    if (manifest.isPrivate()) {
      throw refused(
          ReasonCode.PRECONDITION_FAILED,
          "publish " + manifest.name(),
          "/private is true in " + Manifest.FILE,
          "take /private out on the branch, or push without publish");
    }
    return unlessOk(registry.get().find(manifest.name()));
  }

  private SemanticVersion next(
      RemoteBranch remote, Checkout checkout, Manifest manifest, Optional<Listing> listing)
      throws Stopped {
    History history = unlessOk(checkout.history());
    SemanticVersion current =
        history
            .version()
            .flatMap(SemanticVersion::parse)
            .filter(tagged -> tagged.compareTo(manifest.version()) > 0)
            .orElse(manifest.version());
    Map<String, String> published = listing.map(Listing::versions).orElse(Map.of());
    Predicate<SemanticVersion> taken =
        version ->
            published.containsKey(version.toString())
                || remote.refs().containsKey("refs/tags/v" + version);
    return new NextVersion(current, history.messages(), taken)
        .of(Bump.parse(parameters.bump()).orElseThrow());
  }

  /** What the dist-tag names now: a release must never move it back. */
  private Optional<String> previous(Optional<Listing> listing, SemanticVersion next)
      throws Stopped {
    String tag = parameters.publish().map(Publish::tag).orElse(Publish.LATEST);
    Optional<String> previous =
        listing.flatMap(known -> Optional.ofNullable(known.tags().get(tag)));
    boolean back =
        previous
            .flatMap(SemanticVersion::parse)
            .filter(version -> version.compareTo(next) > 0)
            .isPresent();
    if (back) {
      throw refused(
          ReasonCode.PRECONDITION_FAILED,
          "release version " + next,
          "the dist-tag %s names %s, which is newer".formatted(tag, previous.orElseThrow()),
          "name another /publish/tag, or a higher version");
    }
    return previous;
  }

  private List<String> scripts(Manifest manifest) throws Stopped {
    List<String> wanted = parameters.scripts().orElse(List.of());
    if (wanted.isEmpty()) {
      return LIFECYCLE.stream().filter(manifest.scripts()::contains).toList();
    }
    Optional<String> absent =
        wanted.stream().filter(script -> !manifest.scripts().contains(script)).findFirst();
    if (absent.isPresent()) {
      throw refused(
          ReasonCode.PRECONDITION_FAILED,
          "run the package's script " + Lines.printable(absent.get()),
          Manifest.FILE + " has no such script",
          "take it out of /scripts, or add it on the branch");
    }
    return wanted;
  }

  /** What the task leaves open, its environment decides. */
  private Health health(Environment it) {
    return parameters.health().orElse(Health.DEFAULT).orElse(Health.of(it.verification()));
  }

  private Optional<Before> running(StepContext context) throws Stopped {
    if (runtime.isEmpty()) {
      return Optional.empty();
    }
    boolean stack =
        context.deployed().filter(known -> !known.runningServices().isEmpty()).isPresent();
    if (stack) {
      throw refused(
          ReasonCode.CONFLICT,
          "deploy to " + Service.target(context),
          "it runs as a stack of several services",
          "push to another target, or push without deploy");
    }
    return unlessOk(runtime.get().running(Service.target(context)))
        .map(now -> new Before(now.version(), now.digest(), now.taskId()));
  }

  private static Stopped refused(ReasonCode code, String action, String cause, String fix) {
    return new Stopped(Failure.of(code, action, cause, fix));
  }
}
