/** Asks services over HTTP and TCP whether they serve. */
@NullMarked
package dev.opsagent.tools.http;

import org.jspecify.annotations.NullMarked;
