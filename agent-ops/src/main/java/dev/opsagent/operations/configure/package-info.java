/** {@code environment.configure}: changes settings of an environment in files of a repository. */
@NullMarked
package dev.opsagent.operations.configure;

import org.jspecify.annotations.NullMarked;
