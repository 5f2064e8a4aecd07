@NullMarked
package dev.opsagent.execution;

import org.jspecify.annotations.NullMarked;
