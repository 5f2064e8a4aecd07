/** A whole Kafka broker inside this process, for a demo, a single machine and the tests. */
@NullMarked
package dev.opsagent.broker;

import org.jspecify.annotations.NullMarked;
