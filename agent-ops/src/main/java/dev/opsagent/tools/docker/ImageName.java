package dev.opsagent.tools.docker;

import java.util.regex.Pattern;

/** How images are named. */
final class ImageName {
  private static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,254}";
  private static final String DIGEST = "sha256:[0-9a-f]{64}";
  private static final Pattern ID = Pattern.compile(DIGEST);
  private static final Pattern PINNED = Pattern.compile(NAME + "@" + DIGEST);
  private static final Pattern TAGGED = Pattern.compile(NAME + ":\\w[\\w.-]{0,127}");

  private ImageName() {}

  /** Whether it names one image for ever. */
  static boolean isPinned(String reference) {
    return isId(reference) || PINNED.matcher(reference).matches();
  }

  /** Whether it is an image's own id on an engine, which no registry knows. */
  static boolean isId(String reference) {
    return ID.matcher(reference).matches();
  }

  /** Whether it is a name with a tag. */
  static boolean isTagged(String reference) {
    return TAGGED.matcher(reference).matches();
  }

  /** The name without tag and digest. */
  static String repository(String reference) {
    String name = reference.replaceFirst("@.*", "");
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }

  /** The tag of a name that has one, else its digest. */
  static String version(String reference) {
    return isPinned(reference)
        ? digest(reference)
        : reference.substring(repository(reference).length() + 1);
  }

  /** The digest of a pinned reference. */
  static String digest(String pinned) {
    return pinned.substring(pinned.indexOf('@') + 1);
  }

  /** Whether two names are of one repository; the public registry's own may be left out. */
  static boolean isSameRepository(String one, String other) {
    return shortened(repository(one)).equals(shortened(repository(other)));
  }

  private static String shortened(String repository) {
    return repository.replaceFirst("^(index\\.)?docker\\.io/(library/)?", "");
  }
}
