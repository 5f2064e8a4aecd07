/** Drives the real engine through random schedules of work and faults, on one thread at a time. */
@NullMarked
package dev.opsagent.simulation;

import org.jspecify.annotations.NullMarked;
