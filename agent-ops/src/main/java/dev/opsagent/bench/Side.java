package dev.opsagent.bench;

/** One of the two that are compared: its process, and the load on it. */
record Side(String name, ChildJvm process, Load load) {}
