/** What a person types: commands, their options and how their outcome is printed. */
@NullMarked
package dev.opsagent.cli;

import org.jspecify.annotations.NullMarked;
