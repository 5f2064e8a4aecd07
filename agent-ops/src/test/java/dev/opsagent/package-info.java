@NullMarked
package dev.opsagent;

import org.jspecify.annotations.NullMarked;
