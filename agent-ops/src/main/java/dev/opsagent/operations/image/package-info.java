/** From a commit to a container image that a registry has and a deployment can name. */
@NullMarked
package dev.opsagent.operations.image;

import org.jspecify.annotations.NullMarked;
