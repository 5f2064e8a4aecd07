/** Services as Docker Compose projects. */
@NullMarked
package dev.opsagent.tools.compose;

import org.jspecify.annotations.NullMarked;
