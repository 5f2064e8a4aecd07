/** The worker's configuration: where each value comes from, and what is wrong with it. */
@NullMarked
package dev.opsagent.configuration;

import org.jspecify.annotations.NullMarked;
