package dev.opsagent.outside;

import dev.opsagent.outside.ServiceRuntime.Allotment;
import dev.opsagent.outside.ServiceRuntime.Usage;
import java.util.List;
import java.util.Optional;

/** Tells what containers use that other programs than this agent have made. */
public interface ContainerMeter {
  /** More containers than this are not read: it would take too long. */
  int MOST = 50;

  /** Services with longer names, in characters, are not read: they would not fit into lessons. */
  int LONGEST_NAME = 100;

  /**
   * Reads each container of a target that runs now; one that ends meanwhile, or of which the engine
   * tells nothing in a few seconds, is left out.
   *
   * @param target whose engine is asked
   * @param owner the label that says which target a container is of
   * @param service the label that says which service it is of; those that it tells nothing of are
   *     left out
   * @return empty when nothing runs, when more than {@link #MOST} run, or when nobody counts
   */
  Answer<List<Reading>> read(String target, String owner, String service);

  /**
   * What is read of a container.
   *
   * @param service one of {@link ServiceRuntime.Running#services()}; absent: what runs is not made
   *     of services
   * @param container another one after each start
   * @param usage what it has used since its start
   * @param allotment what it may use
   */
  record Reading(Optional<String> service, String container, Usage usage, Allotment allotment) {}
}
