@NullMarked
package dev.opsagent.evidence;

import org.jspecify.annotations.NullMarked;
