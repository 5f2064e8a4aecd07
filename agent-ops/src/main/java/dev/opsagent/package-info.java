/** The composition root: the only place that knows every room. */
@NullMarked
package dev.opsagent;

import org.jspecify.annotations.NullMarked;
