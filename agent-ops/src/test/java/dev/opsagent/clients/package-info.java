/** The worker as clients see it that know nothing but the bus. */
@NullMarked
package dev.opsagent.clients;

import org.jspecify.annotations.NullMarked;
