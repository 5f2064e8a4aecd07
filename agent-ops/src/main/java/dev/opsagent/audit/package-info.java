/** The audit trail: a hash chain per partition, its verification and its reading. */
@NullMarked
package dev.opsagent.audit;

import org.jspecify.annotations.NullMarked;
