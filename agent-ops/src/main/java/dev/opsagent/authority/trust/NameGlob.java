package dev.opsagent.authority.trust;

/** A name in which {@code *} stands for any characters, or none. */
record NameGlob(String text) {
  /** Takes time with the product of both lengths at the most. */
  boolean matches(String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int resume = 0;
    while (in < name.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        resume = in;
        continue;
      }
      if (at < text.length() && text.charAt(at) == name.charAt(in)) {
        at++;
        in++;
        continue;
      }
      if (star < 0) {
        return false;
      }
      at = star + 1;
      in = ++resume;
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }
}
