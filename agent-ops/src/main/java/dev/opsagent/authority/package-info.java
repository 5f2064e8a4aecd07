/** Who may do what: effects, paths and their owners. */
@NullMarked
package dev.opsagent.authority;

import org.jspecify.annotations.NullMarked;
