/** npm registries and the scripts of npm packages. */
@NullMarked
package dev.opsagent.tools.npm;

import org.jspecify.annotations.NullMarked;
