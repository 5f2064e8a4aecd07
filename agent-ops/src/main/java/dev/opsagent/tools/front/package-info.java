/** A reverse proxy in a process of its own, so that releases can take each other's place. */
@NullMarked
package dev.opsagent.tools.front;

import org.jspecify.annotations.NullMarked;
