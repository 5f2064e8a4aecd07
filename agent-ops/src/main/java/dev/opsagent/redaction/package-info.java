/**
 * Finds secrets in what leaves the worker, in every form in which tools write them, and hides them.
 */
@NullMarked
package dev.opsagent.redaction;

import org.jspecify.annotations.NullMarked;
