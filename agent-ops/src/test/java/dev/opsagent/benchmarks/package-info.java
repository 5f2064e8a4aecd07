/** What is measured with JMH: {@code .ci/benchmark}. */
@NullMarked
package dev.opsagent.benchmarks;

import org.jspecify.annotations.NullMarked;
