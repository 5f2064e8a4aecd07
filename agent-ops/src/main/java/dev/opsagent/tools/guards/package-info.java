/** Breakers, bulkheads and rate limits before the peers of all tools, by Resilience4j. */
@NullMarked
package dev.opsagent.tools.guards;

import org.jspecify.annotations.NullMarked;
