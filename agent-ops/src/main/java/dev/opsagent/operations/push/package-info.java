/** The release command: from a branch to a published, running and verified version. */
@NullMarked
package dev.opsagent.operations.push;

import org.jspecify.annotations.NullMarked;
