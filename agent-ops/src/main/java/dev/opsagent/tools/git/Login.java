package dev.opsagent.tools.git;

import dev.opsagent.outside.Answer;
import java.util.function.Supplier;

/**
 * The credential for a remote.
 *
 * @param secret password or token, asked at the last moment before each use
 */
public record Login(String user, Supplier<Answer<String>> secret) {}
