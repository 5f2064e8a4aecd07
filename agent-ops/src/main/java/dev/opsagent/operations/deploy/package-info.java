/**
 * Changes what runs on a target: {@code deploy}, {@code rollback}, {@code restart}, {@code stop}.
 */
@org.jspecify.annotations.NullMarked
package dev.opsagent.operations.deploy;
