/** Whose work an instruction is: free text to operations of ours, and to the owners of the rest. */
@NullMarked
package dev.opsagent.authority.routing;

import org.jspecify.annotations.NullMarked;
