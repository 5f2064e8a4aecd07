package dev.opsagent.operations;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.authority.OwnershipMap;
import dev.opsagent.execution.DecoratedOperation;
import dev.opsagent.execution.Operation;
import dev.opsagent.execution.StepContext;
import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.outside.Repository;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.outside.Repository.Descent;
import dev.opsagent.outside.Workspaces;
import dev.opsagent.plan.Facts;
import dev.opsagent.plan.Subject;
import dev.opsagent.protocol.TaskDispatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An operation whose evidence carries over: what was found out about the parent of a release commit
 * counts for that commit, where the two are proved to differ in nothing but the version. The proof
 * is made when the task is resolved, and kept in its facts.
 *
 * @param owners the map by which the proof is made
 */
public record CarriedOperation(
    Operation operation, Repository repository, Workspaces workspaces, OwnershipMap owners)
    implements DecoratedOperation {
  /** Fact: a line for each commit that is proved, with its parent behind it. */
  public static final String COMMITS = "evidence.commits";

  private static final String HEADS = "refs/heads/";
  private static final String FOLDER = "descent";

  /** A commit and where it is. */
  private record Place(String url, String commit) {}

  @Override
  public Resolution resolve(TaskDispatch task, StepContext context) {
    return switch (operation.resolve(task, context)) {
      case Resolution.Unresolved no -> no;
      case Resolution.Resolved(Facts facts) -> proved(task, context, facts);
    };
  }

  private Resolution proved(TaskDispatch task, StepContext context, Facts facts) {
    Set<Place> places = new LinkedHashSet<>();
    operation.subjects(task, facts).forEach(it -> place(it).ifPresent(places::add));
    List<String> proofs = new ArrayList<>();
    try {
      for (Place place : places) {
        parent(place, context).ifPresent(it -> proofs.add(place.commit() + " " + it));
      }
    } catch (Stopped | IOException | UncheckedIOException e) {
      return new Resolution.Unresolved(
          GuardedStep.failure("compare the commit with the one before it", e));
    }
    return new Resolution.Resolved(
        proofs.isEmpty() ? facts : facts.with(COMMITS, String.join("\n", proofs)));
  }

  private static Optional<Place> place(Subject subject) {
    return subject.repository().isPresent() && subject.commits().size() == 1
        ? subject.repository().map(url -> new Place(url, subject.commits().getFirst()))
        : Optional.empty();
  }

  /** A commit that is the head of no branch is looked up by nobody, and not proved. */
  private Optional<String> parent(Place place, StepContext context) throws Stopped, IOException {
    Optional<String> branch =
        unlessOk(repository.refs(place.url())).refs().entrySet().stream()
            .filter(it -> it.getKey().startsWith(HEADS) && it.getValue().equals(place.commit()))
            .map(it -> it.getKey().substring(HEADS.length()))
            .sorted()
            .findFirst();
    if (branch.isEmpty()) {
      return Optional.empty();
    }
    Path folder = workspaces.of(context.task().taskId()).resolve(FOLDER);
    FolderRemoval.remove(folder);
    try {
      Checkout checkout =
          unlessOk(repository.clone(place.url(), branch.get(), place.commit(), folder));
      Optional<Descent> descent = unlessOk(checkout.descent());
      return descent.isPresent()
          ? new ReleaseDescent(owners).proved(descent.get())
          : Optional.empty();
    } finally {
      FolderRemoval.remove(folder);
    }
  }

  @Override
  public List<Subject> subjects(TaskDispatch task, Facts observations) {
    Map<String, String> parents = parents(observations);
    return operation.subjects(task, observations).stream().map(it -> with(parents, it)).toList();
  }

  private static Map<String, String> parents(Facts facts) {
    return facts
        .find(COMMITS)
        .map(it -> it.lines().map(line -> line.split(" ", 2)))
        .map(
            lines -> lines.collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, _) -> a)))
        .orElseGet(Map::of);
  }

  private static Subject with(Map<String, String> parents, Subject subject) {
    List<String> commits = new ArrayList<>(subject.commits());
    subject.commits().forEach(it -> Optional.ofNullable(parents.get(it)).ifPresent(commits::add));
    return new Subject(
        subject.repository(), commits, subject.imageDigest(), subject.packageVersion());
  }
}
