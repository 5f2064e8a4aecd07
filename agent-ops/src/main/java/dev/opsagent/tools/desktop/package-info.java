/** The desktop of the person at this machine. */
@NullMarked
package dev.opsagent.tools.desktop;

import org.jspecify.annotations.NullMarked;
