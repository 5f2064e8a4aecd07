package dev.opsagent.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.opsagent.execution.Journal.Entry;
import dev.opsagent.execution.JournalRecord.Ledger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every journal of a partition must hold, on a broker or in memory. */
public abstract class JournalContract {
  /** What was answered, in order. */
  protected final List<String> answers = Collections.synchronizedList(new ArrayList<>());

  /** Begins as the partition's next writer. */
  protected abstract Journal open();

  /**
   * Begins as the partition's next writer, to whose transactions no reply comes.
   *
   * @param committed whether the broker commits them all the same
   */
  protected abstract Journal openWithoutReplies(boolean committed);

  /** A writer begins, writes the record and dies before its transaction ends. */
  protected abstract void dieInTransaction(Ledger record);

  /** Writes the record in no transaction of the partition's writers. */
  protected abstract void writeBesides(Ledger record);

  /** The ledger's keys as a restore reads them; absent when it is refused as incomplete. */
  protected abstract Optional<List<String>> restore();

  /** The group has not confirmed the assignment for longer than a session. */
  protected abstract void loseLease();

  /** Waits for so many answers. */
  protected abstract void awaitAnswers(int count);

  /** Ends the journal in good order. */
  protected abstract void close(Journal journal);

  @Test
  void entries_are_answered_in_order_and_a_restore_finds_them() {
    Journal journal = open();
    append(journal, "a", "b");
    append(journal, "c");
    append(journal, "d");
    awaitAnswers(3);

    assertThat(answers).containsExactly("a COMMITTED", "c COMMITTED", "d COMMITTED");
    assertThat(restore()).contains(List.of("a", "b", "c", "d"));
    assertThatCode(journal::check).doesNotThrowAnyException();
    close(journal);
  }

  @Test
  void a_writer_is_lost_with_all_that_waits_once_the_next_one_begins() {
    Journal first = open();
    append(first, "before");
    awaitAnswers(1);
    Journal second = open();
    append(first, "stale-2");
    append(first, "stale-3");
    awaitAnswers(3);
    append(first, "stale-4");
    append(second, "fresh");
    awaitAnswers(5);

    assertThat(answers)
        .containsExactlyInAnyOrder(
            "before COMMITTED", "stale-2 LOST", "stale-3 LOST", "stale-4 LOST", "fresh COMMITTED")
        .containsSubsequence("stale-2 LOST", "stale-3 LOST", "stale-4 LOST");
    assertThatThrownBy(first::check).isInstanceOf(StepContext.LeaseLost.class);
    assertThat(restore()).contains(List.of("before", "fresh"));
    close(first);
    close(second);
  }

  @Test
  void without_the_lease_no_effect_may_start() {
    Journal journal = open();
    assertThatCode(journal::check).doesNotThrowAnyException();

    loseLease();

    assertThatThrownBy(journal::check).isInstanceOf(StepContext.LeaseLost.class);
    close(journal);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_transaction_without_a_reply_is_lost_and_a_restore_tells_what_became_of_it(
      boolean committed) {
    Journal journal = openWithoutReplies(committed);
    append(journal, "a", "b");
    awaitAnswers(1);
    append(journal, "later");
    awaitAnswers(2);

    assertThat(answers).containsExactly("a LOST", "later LOST");
    assertThatThrownBy(journal::check).isInstanceOf(StepContext.LeaseLost.class);
    Journal next = open();
    assertThat(restore()).contains(committed ? List.of("a", "b") : List.of());
    close(journal);
    close(next);
  }

  @Test
  void an_open_transaction_of_a_dead_writer_hides_what_is_newer_until_the_next_one_begins() {
    dieInTransaction(record("never committed"));
    writeBesides(record("newer"));

    assertThat(restore()).isEmpty();

    Journal journal = open();
    assertThat(restore()).contains(List.of("newer"));
    close(journal);
  }

  @Test
  void what_is_appended_after_the_end_is_lost() {
    Journal journal = open();
    close(journal);
    append(journal, "late");
    awaitAnswers(1);

    assertThat(answers).containsExactly("late LOST");
  }

  /** Appends one entry, named by its first key. */
  private void append(Journal journal, String... keys) {
    List<JournalRecord> records =
        Arrays.stream(keys).<JournalRecord>map(JournalContract::record).toList();
    journal.append(
        new Entry(records, Optional.empty()), outcome -> answers.add(keys[0] + " " + outcome));
  }

  private static Ledger record(String key) {
    return new Ledger(key, Optional.of("value of " + key));
  }
}
