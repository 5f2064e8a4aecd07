package dev.opsagent.cli.drill;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a drill of a stack came to.
 *
 * @param sent tasks that were dispatched
 * @param succeeded tasks that ended so
 * @param lost tasks that have not ended
 * @param repeated effects that happened more often than once: versions published or tags set
 *     without a task, and tasks with more than one end
 * @param reordered tasks whose release came before that of a task that was sent earlier to the same
 *     target
 * @param workers how many ran at once
 * @param takeoverSeconds from the kill of a worker to the first report about the last of its
 *     targets that had work
 * @param upgradeSeconds from the stop of the first old worker to the readiness of the last new one
 */
public record StackResult(
    int sent,
    int succeeded,
    int lost,
    int repeated,
    int reordered,
    int workers,
    @JsonProperty("takeover_s") double takeoverSeconds,
    @JsonProperty("upgrade_s") double upgradeSeconds) {

  /** Whether every task did what it should, once and in its turn. */
  public boolean passed() {
    return sent > 0 && succeeded == sent && lost == 0 && repeated == 0 && reordered == 0;
  }
}
