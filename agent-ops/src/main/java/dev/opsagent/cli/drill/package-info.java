/** Game days: bad releases under load, and how long the good one is away. */
@NullMarked
package dev.opsagent.cli.drill;

import org.jspecify.annotations.NullMarked;
