/** Whole pushes: worker processes, a broker, a registry, remotes and services, all of them real. */
@NullMarked
package dev.opsagent.endtoend;

import org.jspecify.annotations.NullMarked;
