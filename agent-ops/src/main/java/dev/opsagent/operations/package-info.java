/**
 * What operations have in common: how steps are written, and how a service proves that it serves.
 */
@org.jspecify.annotations.NullMarked
package dev.opsagent.operations;
