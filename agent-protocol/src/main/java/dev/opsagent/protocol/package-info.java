/** The messages that agents exchange with the Ops Agent, and a client that sends and reads them. */
@NullMarked
package dev.opsagent.protocol;

import org.jspecify.annotations.NullMarked;
