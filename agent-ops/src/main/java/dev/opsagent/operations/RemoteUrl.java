package dev.opsagent.operations;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a repository lies. Only transports that name a place are known: none that names a program
 * to run, and none that carries a password.
 */
public record RemoteUrl(String text) {
  private static final Pattern WEB =
      Pattern.compile("https?://[A-Za-z0-9.\\[\\]:-]+(/[^\\s\\p{Cntrl}@]*)?");
  private static final Pattern SSH =
      Pattern.compile(
          "ssh://([A-Za-z0-9._][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*(:\\d+)?/[^\\s\\p{Cntrl}]+");
  private static final Pattern SCP =
      Pattern.compile(
          "[A-Za-z0-9._][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9.-]*:[^-:\\s\\p{Cntrl}][^\\s\\p{Cntrl}]*");
  private static final Pattern FILE = Pattern.compile("(file://)?/[^\\p{Cntrl}]*");

  /** Why it cannot be used; never repeats it, since it may hold a password. */
  public Optional<String> refusal() {
    boolean known =
        WEB.matcher(text).matches()
            || SSH.matcher(text).matches()
            || SCP.matcher(text).matches()
            || FILE.matcher(text).matches();
    return known
        ? Optional.empty()
        : Optional.of("it is no https, ssh or file address without a password");
  }

  public boolean isOnThisMachine() {
    return FILE.matcher(text).matches();
  }

  /** The folder that it names. */
  public Path folder() {
    String path = text.startsWith("file:") ? URI.create(text.replace(" ", "%20")).getPath() : text;
    return Path.of(path).normalize();
  }
}
