/** Services as processes of this machine, which outlive the worker and are found again. */
@NullMarked
package dev.opsagent.tools.process;

import org.jspecify.annotations.NullMarked;
