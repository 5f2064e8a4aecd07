/** The durable state machine that carries plans out, and the ports that it calls. */
@NullMarked
package dev.opsagent.execution;

import org.jspecify.annotations.NullMarked;
