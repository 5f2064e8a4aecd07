/** Plans: a pure function of task, observations and policy. */
@NullMarked
package dev.opsagent.plan;

import org.jspecify.annotations.NullMarked;
