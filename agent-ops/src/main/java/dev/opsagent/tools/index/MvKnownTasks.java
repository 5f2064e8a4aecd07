package dev.opsagent.tools.index;

import dev.opsagent.execution.KnownTasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/**
 * Known tasks in one MVStore file, compressed: in the order in which they came, and beside it the
 * place of each id. Ids come in no order, so that each new one rewrites a page; a page of places is
 * cheap to rewrite, one of reports is not. The file holds nothing that the ledger does not: a
 * damaged one is deleted, and filled again by whoever reads {@link #checkpointed()} as 0.
 */
public final class MvKnownTasks implements KnownTasks {
  private static final int CACHE_MIB = 4;
  private static final int WRITE_BUFFER_KIB = 4096;
  private static final String LEDGER_OFFSET = "ledger-offset";
  private static final String REMOVED = "removed-up-to";

  private final Path file;
  private final long most;
  private final MVStore store;
  private final MVMap<String, Long> places;
  private final MVMap<Long, byte[]> tasks;
  private final MVMap<String, Long> marks;

  private MvKnownTasks(Path file, long most, MVStore store) {
    this.file = file;
    this.most = most;
    this.store = store;
    this.places = store.openMap("places");
    this.tasks = store.openMap("tasks");
    this.marks = store.openMap("marks");
  }

  /**
   * Opens the index of a partition, or begins one.
   *
   * @param file in the worker's data folder, one for each partition
   * @param most tasks kept; the oldest make room for new ones
   * @throws IOException when another process has it open, or the folder cannot be written
   */
  public static MvKnownTasks open(Path file, long most) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try {
      return opened(file, most);
    } catch (MVStoreException e) {
      if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
        throw new IOException("another worker has " + file + " open", e);
      }
      Files.delete(file);
      return opened(file, most);
    }
  }

  private static MvKnownTasks opened(Path file, long most) {
    MVStore store =
        new MVStore.Builder()
            .fileName(file.toString())
            .compress()
            .cacheSize(CACHE_MIB)
            .autoCommitBufferSize(WRITE_BUFFER_KIB)
            .open();
    try {
      return new MvKnownTasks(file, most, store);
    } catch (MVStoreException e) {
      store.closeImmediately();
      throw e;
    }
  }

  @Override
  public Optional<Known> find(String taskId) {
    try {
      return Optional.ofNullable(places.get(taskId))
          .flatMap(place -> Optional.ofNullable(tasks.get(place)))
          .map(StoredTask::read)
          .map(StoredTask::known);
    } catch (MVStoreException | IllegalArgumentException e) {
      throw damaged(e);
    }
  }

  @Override
  public synchronized void put(String taskId, Known known) {
    try {
      long place = place(taskId);
      tasks.put(place, new StoredTask(taskId, known).write());
      places.put(taskId, place);
      makeRoom();
    } catch (MVStoreException | IllegalArgumentException e) {
      throw damaged(e);
    }
  }

  private long place(String taskId) {
    Long before = places.get(taskId);
    if (before != null) {
      return before;
    }
    Long last = tasks.lastKey();
    return last == null ? 1 : last + 1;
  }

  private void makeRoom() {
    while (tasks.sizeAsLong() > most) {
      byte[] oldest = Objects.requireNonNull(tasks.remove(tasks.firstKey()));
      places.remove(StoredTask.read(oldest).taskId());
    }
  }

  @Override
  public synchronized Batch oldest(Instant endedBefore, int most) {
    try {
      List<String> ids = new ArrayList<>();
      long upTo = marks.getOrDefault(REMOVED, 0L);
      for (Long place = tasks.higherKey(upTo);
          place != null && ids.size() < most;
          place = tasks.higherKey(place)) {
        StoredTask task = StoredTask.read(Objects.requireNonNull(tasks.get(place)));
        if (!task.known().endedAt().isBefore(endedBefore)) {
          break;
        }
        ids.add(task.taskId());
        upTo = place;
      }
      if (!ids.isEmpty()) {
        store.commit(); // from now on nobody else knows them
      }
      return new Batch(ids, upTo);
    } catch (MVStoreException | IllegalArgumentException e) {
      throw damaged(e);
    }
  }

  @Override
  public synchronized void removed(Batch batch) {
    try {
      marks.put(REMOVED, batch.upTo());
    } catch (MVStoreException e) {
      throw damaged(e);
    }
  }

  @Override
  public synchronized void checkpoint(long ledgerOffset) {
    try {
      marks.put(LEDGER_OFFSET, ledgerOffset);
      store.commit();
    } catch (MVStoreException e) {
      throw damaged(e);
    }
  }

  @Override
  public long checkpointed() {
    Long mark = marks.get(LEDGER_OFFSET);
    return mark == null ? 0 : mark;
  }

  @Override
  public synchronized void close() {
    store.close();
  }

  /** Ends as a killed process would: without writing what is still in memory. */
  void closeAsKilled() {
    store.closeImmediately();
  }

  /** The next one that opens it begins anew. */
  private UncheckedIOException damaged(RuntimeException cause) {
    store.closeImmediately();
    IOException failure = new IOException("the index " + file + " is damaged", cause);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return new UncheckedIOException(failure);
  }
}
