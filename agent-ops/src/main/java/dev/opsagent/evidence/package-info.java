/** Other agents' word as a table, the gate policy, and what both say of a plan. */
@NullMarked
package dev.opsagent.evidence;

import org.jspecify.annotations.NullMarked;
