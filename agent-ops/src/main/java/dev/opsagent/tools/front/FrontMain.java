package dev.opsagent.tools.front;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The front's own program: {@code FrontMain FOLDER}. It goes on when the worker ends, and ends by
 * itself once no route is open.
 */
public final class FrontMain {
  /** Longer than an event takes to come; for the one that a system may lose. */
  private static final long LOOK_SECONDS = 5;

  private static final int LOOKS = 20;
  private static final long LOOK_MILLIS = 20;

  private FrontMain() {}

  /** Serves until no route is open. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    FrontFolder folder = new FrontFolder(Path.of(arguments[0]));
    Optional<FileChannel> place = folder.lock();
    for (int look = 1; look < LOOKS && place.isEmpty(); look++) {
      Thread.sleep(LOOK_MILLIS); // a worker that looks holds the place for a moment
      place = folder.lock();
    }
    if (place.isEmpty()) {
      return; // another one serves
    }
    try (FileChannel _ = place.get();
        Listeners listeners = new Listeners();
        WatchService changes = folder.path().getFileSystem().newWatchService()) {
      folder.path().register(changes, StandardWatchEventKinds.ENTRY_CREATE);
      serve(folder, listeners, changes);
    }
  }

  private static void serve(FrontFolder folder, Listeners listeners, WatchService changes)
      throws IOException, InterruptedException {
    Optional<Applied> applied = Optional.empty();
    Routes routes = folder.routes();
    while (routes.anyOpen()) {
      applied = Optional.of(inForce(routes, applied, folder, listeners));
      WatchKey key = changes.poll(LOOK_SECONDS, TimeUnit.SECONDS);
      if (key != null) {
        key.pollEvents();
        key.reset();
      }
      routes = read(folder, routes);
    }
    listeners.close();
    folder.write(new Applied(routes.revision(), Map.of()));
  }

  /** A port that was taken is tried again at each look. */
  private static Applied inForce(
      Routes routes, Optional<Applied> before, FrontFolder folder, Listeners listeners)
      throws IOException {
    boolean stands =
        before
            .filter(it -> it.revision() == routes.revision() && it.refused().isEmpty())
            .isPresent();
    if (stands) {
      return before.get();
    }
    Applied now = listeners.apply(routes);
    if (before.filter(now::equals).isEmpty()) {
      folder.write(now);
    }
    return now;
  }

  /** What cannot be read for a moment ends nothing: what is in force stays. */
  private static Routes read(FrontFolder folder, Routes before) {
    try {
      return folder.routes();
    } catch (IOException e) {
      System.err.println("the routes cannot be read, and stay as they are: " + e.getMessage());
      return before;
    }
  }
}
