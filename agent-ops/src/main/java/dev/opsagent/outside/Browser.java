package dev.opsagent.outside;

import java.net.URI;

/** The desktop's browser. */
public interface Browser {
  /** Opens the page; fails with {@code TOOL_MISSING} on a machine without a desktop. */
  Answer<Boolean> open(URI page);
}
