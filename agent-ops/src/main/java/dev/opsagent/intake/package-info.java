/** The door: decodes, checks and routes what comes in, and hands it to the partition's engine. */
@NullMarked
package dev.opsagent.intake;

import org.jspecify.annotations.NullMarked;
