/** Git in this process: no git program, hook, filter or credential helper ever runs. */
@NullMarked
package dev.opsagent.tools.git;

import org.jspecify.annotations.NullMarked;
