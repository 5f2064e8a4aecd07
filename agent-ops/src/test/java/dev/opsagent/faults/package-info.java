/** Real faults against real brokers and real worker processes; see agent-ops/docs/durability.md. */
@NullMarked
package dev.opsagent.faults;

import org.jspecify.annotations.NullMarked;
