package dev.opsagent.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256 digests in the form {@code sha256:<64 hex digits>}. */
public final class Digests {
  private static final String PREFIX = "sha256:";
  static final Pattern SHA256 = Pattern.compile("sha256:[0-9a-f]{64}");

  private Digests() {}

  /** The digest of the bytes. */
  public static String sha256(byte[] bytes) {
    return PREFIX + HexFormat.of().formatHex(newSha256().digest(bytes));
  }

  /** For those who digest piece by piece, or again and again. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** As the pattern, faster: every record that is sealed or read comes by here, several times. */
  static void check(String field, String digest) {
    if (!isSha256(digest)) {
      throw new InvalidMessage(field, "must match " + SHA256.pattern());
    }
  }

  private static boolean isSha256(String digest) {
    boolean good = digest.length() == PREFIX.length() + 64 && digest.startsWith(PREFIX);
    for (int i = PREFIX.length(); good && i < digest.length(); i++) {
      char one = digest.charAt(i);
      good = (one >= '0' && one <= '9') || (one >= 'a' && one <= 'f');
    }
    return good;
  }

  /** The digest of the text in UTF-8. */
  public static String sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }
}
