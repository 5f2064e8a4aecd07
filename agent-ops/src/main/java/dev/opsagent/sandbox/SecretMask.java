package dev.opsagent.sandbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Hides known secret values in text that leaves a program: as they are and in the encodings in
 * which tools print them (base64, also of a longer text that holds the value; URL, hex, JSON).
 *
 * <p>A form of fewer than {@value #SHORTEST} characters is not hidden: it would blot out ordinary
 * text without protecting anything.
 */
public final class SecretMask {
  /** What stands in the place of a secret. */
  public static final String MASK = "[secret]";

  private static final int SHORTEST = 4;

  private final Supplier<? extends Collection<String>> values;
  private volatile Known known = new Known(Set.of(), List.of());

  /**
   * @param values the secrets that are known now; asked again for every text, since they rotate
   */
  public SecretMask(Supplier<? extends Collection<String>> values) {
    this.values = values;
  }

  /** A mask for values that never change. */
  public static SecretMask of(Collection<String> values) {
    Set<String> fixed = Set.copyOf(values);
    return new SecretMask(() -> fixed);
  }

  /** The text with every form of every secret replaced by {@link #MASK}. */
  public String mask(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return mask(bytes, 0, bytes.length);
  }

  /** How many bytes the longest form takes: what a cut must look beyond to see a whole secret. */
  int longest() {
    return forms().stream().mapToInt(String::length).max().orElse(0);
  }

  /** The part of the UTF-8 text; a secret that reaches over its edge is hidden as well. */
  String mask(byte[] text, int from, int to) {
    // One character per byte, so that forms are found whatever the text's encoding is worth.
    String haystack = new String(text, ISO_8859_1);
    BitSet hidden = new BitSet(haystack.length());
    for (String form : forms()) {
      for (int at = haystack.indexOf(form); at >= 0; at = haystack.indexOf(form, at + 1)) {
        hidden.set(at, at + form.length());
      }
    }
    return render(haystack, hidden, from, to);
  }

  private static String render(String text, BitSet hidden, int from, int to) {
    StringBuilder shown = new StringBuilder();
    int at = from;
    while (at < to) {
      boolean secret = hidden.get(at);
      int end = secret ? hidden.nextClearBit(at) : hidden.nextSetBit(at);
      int stop = end < 0 ? to : Math.min(end, to);
      shown.append(
          secret ? MASK : new String(text.substring(at, stop).getBytes(ISO_8859_1), UTF_8));
      at = stop;
    }
    return shown.toString();
  }

  private List<String> forms() {
    Set<String> now = Set.copyOf(values.get());
    Known last = known;
    if (last.values().equals(now)) {
      return last.forms();
    }
    List<String> forms = new ArrayList<>();
    now.forEach(value -> forms.addAll(SecretForms.of(value)));
    forms.removeIf(form -> form.length() < SHORTEST);
    forms.sort(Comparator.comparingInt(String::length).reversed());
    known = new Known(now, List.copyOf(forms));
    return forms;
  }

  private record Known(Set<String> values, List<String> forms) {}
}
