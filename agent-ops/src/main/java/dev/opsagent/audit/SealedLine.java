package dev.opsagent.audit;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Proves a record of the audit from the bytes that were written, without making a record of them:
 * its parts, put in canonical order, must hash to what it says. Bytes of any other form prove
 * nothing here; whoever meets them decodes them. Meant for one thread, and to be used again for
 * every record.
 */
final class SealedLine {
  private static final byte[] SEQUENCE = ascii("{\"sequence\":");
  private static final byte[] PREVIOUS = ascii(",\"previous\":\"sha256:");
  private static final byte[] HASH = ascii("\",\"hash\":\"sha256:");
  private static final byte[] ENVIRONMENT = ascii("\",\"target\":{\"environment\":");
  private static final byte[] SERVICE = ascii(",\"service\":");
  private static final byte[] TASK = ascii("},\"taskId\":");
  private static final byte[] NO_TASK = ascii("}");
  private static final byte[] KIND = ascii(",\"kind\":");
  private static final byte[] ACTOR = ascii(",\"actor\":");
  private static final byte[] SUMMARY = ascii(",\"summary\":");
  private static final byte[] STEP = ascii(",\"step\":");
  private static final byte[] PLAN = ascii(",\"planDigest\":");
  private static final byte[] POLICY = ascii(",\"policy\":");
  private static final byte[] EFFECTS = ascii(",\"effects\":");
  private static final byte[] AT = ascii(",\"at\":");
  private static final byte[] END = ascii("}");

  private static final byte[] FIRST = ascii("{\"actor\":");
  private static final byte[] CANONICAL_PREVIOUS = ascii(",\"previous\":\"");
  private static final byte[] CANONICAL_SEQUENCE = ascii("\",\"sequence\":");
  private static final byte[] CANONICAL_TARGET = ascii(",\"target\":{\"environment\":");
  private static final byte[] CANONICAL_TASK = ascii(",\"taskId\":");
  private static final byte[] ALGORITHM = ascii("sha256:");

  private static final int HEX = 64;
  private static final int MOST_DIGITS = 18;
  private static final String DIGITS = "0123456789abcdef";

  private final MessageDigest digest;
  private byte[] value = new byte[0];
  private int at;
  private byte[] canonical = new byte[1024];
  private int size;

  private long sequence;
  private int previous;
  private int hash;

  /** A part of the value; of length 0 when it is absent. */
  private record Part(int from, int to) {
    static final Part NONE = new Part(0, 0);

    boolean present() {
      return to > from;
    }
  }

  SealedLine(MessageDigest sha256) {
    this.digest = sha256;
  }

  /** Whether the value has the written form and hashes to what it says. */
  boolean proves(byte[] json) {
    value = json;
    at = 0;
    size = 0;
    return read() && hashFits();
  }

  long sequence() {
    return sequence;
  }

  /** Whether the record names this one as its predecessor. */
  boolean follows(byte[] lastHash) {
    return Arrays.equals(value, previous, previous + HEX, lastHash, 0, HEX);
  }

  /** The record's own hash, in hex digits. */
  byte[] hash() {
    return Arrays.copyOfRange(value, hash, hash + HEX);
  }

  private boolean read() {
    if (!literal(SEQUENCE) || !number() || !literal(PREVIOUS)) {
      return false;
    }
    previous = at;
    if (!hex() || !literal(HASH)) {
      return false;
    }
    hash = at;
    if (!hex() || !literal(ENVIRONMENT)) {
      return false;
    }
    Part environment = string();
    Part service = after(SERVICE);
    Part task = optional(TASK);
    if (!task.present() && !literal(NO_TASK)) {
      return false;
    }
    Part kind = after(KIND);
    Part actor = after(ACTOR);
    Part summary = after(SUMMARY);
    Part step = optional(STEP);
    Part plan = optional(PLAN);
    Part policy = optional(POLICY);
    Part effects = literal(EFFECTS) ? strings() : Part.NONE;
    Part when = after(AT);
    boolean whole = literal(END) && at == value.length;
    if (!whole
        || !environment.present()
        || !service.present()
        || !kind.present()
        || !actor.present()
        || !summary.present()
        || !effects.present()
        || !when.present()) {
      return false;
    }
    put(FIRST, actor);
    put(AT, when);
    put(EFFECTS, effects);
    put(KIND, kind);
    putIfPresent(PLAN, plan);
    putIfPresent(POLICY, policy);
    put(CANONICAL_PREVIOUS);
    put(ALGORITHM);
    put(new Part(previous, previous + HEX));
    put(CANONICAL_SEQUENCE);
    put(ascii(BigDecimal.valueOf(sequence).stripTrailingZeros().toString()));
    putIfPresent(STEP, step);
    put(SUMMARY, summary);
    put(CANONICAL_TARGET, environment);
    put(SERVICE, service);
    put(END);
    putIfPresent(CANONICAL_TASK, task);
    put(END);
    return true;
  }

  private boolean literal(byte[] expected) {
    int end = at + expected.length;
    if (end > value.length || !Arrays.equals(value, at, end, expected, 0, expected.length)) {
      return false;
    }
    at = end;
    return true;
  }

  private boolean number() {
    int from = at;
    sequence = 0;
    while (at < value.length && value[at] >= '0' && value[at] <= '9') {
      sequence = sequence * 10 + value[at++] - '0';
    }
    int digits = at - from;
    return digits > 0 && digits <= MOST_DIGITS && value[from] != '0';
  }

  private boolean hex() {
    at += HEX;
    return at <= value.length;
  }

  private Part after(byte[] name) {
    return literal(name) ? string() : Part.NONE;
  }

  private Part optional(byte[] name) {
    return after(name);
  }

  /** A string with its quotes. */
  private Part string() {
    int from = at;
    if (at >= value.length || value[at] != '"') {
      return Part.NONE;
    }
    for (int i = at + 1; i < value.length; i++) {
      byte one = value[i];
      if (one == '"') {
        at = i + 1;
        return new Part(from, at);
      }
      i += one == '\\' ? 1 : 0;
    }
    return Part.NONE;
  }

  private Part strings() {
    int from = at;
    if (at >= value.length || value[at++] != '[') {
      return Part.NONE;
    }
    while (string().present() && at < value.length && value[at] == ',') {
      at++;
    }
    return at < value.length && value[at++] == ']' ? new Part(from, at) : Part.NONE;
  }

  private void put(byte[] name, Part part) {
    put(name);
    put(part);
  }

  private void putIfPresent(byte[] name, Part part) {
    if (part.present()) {
      put(name, part);
    }
  }

  private void put(byte[] literal) {
    put(literal, 0, literal.length);
  }

  private void put(Part part) {
    put(value, part.from(), part.to() - part.from());
  }

  private void put(byte[] from, int start, int length) {
    if (size + length > canonical.length) {
      canonical = Arrays.copyOf(canonical, 2 * (size + length));
    }
    System.arraycopy(from, start, canonical, size, length);
    size += length;
  }

  private boolean hashFits() {
    digest.update(canonical, 0, size);
    byte[] made = digest.digest();
    for (int i = 0; i < made.length; i++) {
      if (value[hash + 2 * i] != DIGITS.charAt((made[i] >> 4) & 0xf)
          || value[hash + 2 * i + 1] != DIGITS.charAt(made[i] & 0xf)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
