/** Measures the worker against the same work done with nothing but Kafka's clients. */
@NullMarked
package dev.opsagent.bench;

import org.jspecify.annotations.NullMarked;
