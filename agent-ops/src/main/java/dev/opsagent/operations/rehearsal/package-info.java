/** An operation without adapters, to rehearse the engine with. */
@NullMarked
package dev.opsagent.operations.rehearsal;

import org.jspecify.annotations.NullMarked;
