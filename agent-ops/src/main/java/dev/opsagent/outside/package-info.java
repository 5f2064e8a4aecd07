/** The ports to the world, which tools implement. */
@NullMarked
package dev.opsagent.outside;

import org.jspecify.annotations.NullMarked;
