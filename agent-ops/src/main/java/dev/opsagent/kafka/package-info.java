/** The bus: the poll loop, the journal and the ledger on Kafka. */
@NullMarked
package dev.opsagent.kafka;

import org.jspecify.annotations.NullMarked;
