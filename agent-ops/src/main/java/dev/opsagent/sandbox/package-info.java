/** Programs of the machine and the private folders of tasks, kept apart from the worker. */
@NullMarked
package dev.opsagent.sandbox;

import org.jspecify.annotations.NullMarked;
