/** Whose word a message is, and what it may say. */
@NullMarked
package dev.opsagent.authority.trust;

import org.jspecify.annotations.NullMarked;
