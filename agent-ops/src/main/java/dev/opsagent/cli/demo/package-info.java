/** The demo: everything on one machine, from the task to the running service. */
@NullMarked
package dev.opsagent.cli.demo;

import org.jspecify.annotations.NullMarked;
