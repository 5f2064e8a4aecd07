/** The tasks that have ended, on disk. */
@NullMarked
package dev.opsagent.tools.index;

import org.jspecify.annotations.NullMarked;
