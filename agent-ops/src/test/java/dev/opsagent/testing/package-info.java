/** What tests of several rooms share. */
@NullMarked
package dev.opsagent.testing;

import org.jspecify.annotations.NullMarked;
