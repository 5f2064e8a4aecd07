@NullMarked
package dev.opsagent.audit;

import org.jspecify.annotations.NullMarked;
