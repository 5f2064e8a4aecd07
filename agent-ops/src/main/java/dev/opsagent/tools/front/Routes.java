package dev.opsagent.tools.front;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All routes of a front.
 *
 * @param revision counts the changes, so that the front can say which of them is in force
 */
record Routes(long revision, List<Route> routes) {
  static final Routes NONE = new Routes(0, List.of());

  Routes {
    routes = List.copyOf(routes);
  }

  Optional<Route> find(String target) {
    return routes.stream().filter(route -> route.target().equals(target)).findFirst();
  }

  Routes with(Route changed) {
    List<Route> all = new ArrayList<>(without(changed.target()).routes);
    all.add(changed);
    return new Routes(revision + 1, all);
  }

  Routes without(String target) {
    return new Routes(
        revision + 1, routes.stream().filter(route -> !route.target().equals(target)).toList());
  }

  /** The same with the target's route of before, or none. */
  Routes back(Routes before, String target) {
    return before.find(target).map(this::with).orElseGet(() -> without(target));
  }

  boolean anyOpen() {
    return routes.stream().anyMatch(Route::isOpen);
  }
}
