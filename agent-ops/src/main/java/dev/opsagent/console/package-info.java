/** How tasks look to people: step tree, timeline, waiting sentence; and the worker's HTTP port. */
@NullMarked
package dev.opsagent.console;

import org.jspecify.annotations.NullMarked;
