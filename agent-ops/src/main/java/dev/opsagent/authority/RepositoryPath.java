package dev.opsagent.authority;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a path of a repository is, and what else a file system may take it for. */
public final class RepositoryPath {
  /** The longest path, in UTF-16 units. */
  public static final int MAX_LENGTH = 4096;

  /** What file systems pass over when they compare names. */
  private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cf}\\x{FE00}-\\x{FE0F}]");

  /** Short names under which NTFS knows {@code .git} and its like. */
  private static final Pattern SHORT_GIT = Pattern.compile("(git|gitmod|gi[0-9a-f]{4})~\\d+.*");

  private RepositoryPath() {}

  /**
   * Whether this is a normalised relative path: no empty, {@code .} or {@code ..} segment, no
   * backslash, control character or half of a surrogate pair, at most {@link #MAX_LENGTH} long.
   */
  public static boolean isPath(String path) {
    if (path.isEmpty() || path.length() > MAX_LENGTH) {
      return false;
    }
    int begin = 0;
    for (int at = 0; at < path.length(); at++) {
      char c = path.charAt(at);
      if (c == '\\' || Character.isISOControl(c) || isHalf(path, at)) {
        return false;
      }
      if (c == '/') {
        if (isNoName(path, begin, at)) {
          return false;
        }
        begin = at + 1;
      }
    }
    return !isNoName(path, begin, path.length());
  }

  private static boolean isHalf(String path, int at) {
    char c = path.charAt(at);
    if (!Character.isSurrogate(c)) {
      return false;
    }
    return Character.isHighSurrogate(c)
        ? at + 1 == path.length() || !Character.isLowSurrogate(path.charAt(at + 1))
        : at == 0 || !Character.isHighSurrogate(path.charAt(at - 1));
  }

  private static boolean isNoName(String path, int begin, int end) {
    int length = end - begin;
    boolean dots = length <= 2 && path.startsWith("..".substring(0, length), begin);
    return length == 0 || dots;
  }

  /**
   * The one spelling that all twins of a path share: paths that some file system takes for the same
   * differ in case, in Unicode form, in invisible characters, in dots and blanks at the end of a
   * name, or in what follows a colon.
   *
   * @return empty when a name has no such spelling: it turns into two names or none, is a short
   *     name for {@code .git}, or holds the sign that stands for an unreadable character
   */
  static Optional<String> folded(String path) {
    return isPlain(path) ? Optional.of(path.toLowerCase(Locale.ROOT)) : foldedNames(path);
  }

  /** ASCII without any sign that makes folding more than lower case. */
  private static boolean isPlain(String path) {
    int last = path.length() - 1;
    for (int at = 0; at <= last; at++) {
      char c = path.charAt(at);
      if (c >= 128 || c == '~' || c == ':') {
        return false;
      }
      boolean ends = at == last || path.charAt(at + 1) == '/';
      if (ends && (c == '.' || c == ' ')) {
        return false;
      }
    }
    return true;
  }

  private static Optional<String> foldedNames(String path) {
    List<String> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      String folded = withoutTail(foldedText(name));
      boolean strange = folded.indexOf('/') >= 0 || folded.indexOf('\uFFFD') >= 0;
      if (strange || !isPath(folded) || SHORT_GIT.matcher(folded).matches()) {
        return Optional.empty();
      }
      names.add(folded);
    }
    return Optional.of(String.join("/", names));
  }

  private static String foldedText(String name) {
    String compatible = Normalizer.normalize(name, Normalizer.Form.NFKC);
    String visible = INVISIBLE.matcher(compatible).replaceAll("");
    String small = visible.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    return Normalizer.normalize(small, Normalizer.Form.NFKC);
  }

  private static String withoutTail(String name) {
    int colon = name.indexOf(':');
    int end = colon < 0 ? name.length() : colon;
    while (end > 0 && (name.charAt(end - 1) == '.' || name.charAt(end - 1) == ' ')) {
      end--;
    }
    return name.substring(0, end);
  }
}
