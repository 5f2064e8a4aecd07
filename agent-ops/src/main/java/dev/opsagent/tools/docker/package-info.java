/** Services as containers of a Docker engine, and the images they are made of. */
@NullMarked
package dev.opsagent.tools.docker;

import org.jspecify.annotations.NullMarked;
