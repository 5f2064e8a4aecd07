package dev.opsagent.operations.configure;

import dev.opsagent.operations.Stopped;
import dev.opsagent.operations.configure.DotenvEntry.Kind;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A file of variables, such as {@code .env.staging}. */
record Dotenv() implements SettingsFormat {
  @Override
  public SortedMap<String, String> read(String text) throws Stopped {
    SortedMap<String, String> values = new TreeMap<>();
    DotenvReader.read(text).forEach(it -> values.put(it.key(), it.value()));
    return values;
  }

  @Override
  public String edit(String text, Edit edit) throws Stopped {
    List<DotenvEntry> before = DotenvReader.read(text);
    Optional<DotenvEntry> there = only(before, edit.key());
    return switch (edit) {
      case Edit.Set(String key, var value) -> {
        String wanted = value.asString();
        yield there.filter(it -> isLiteral(it, wanted)).isPresent()
            ? text
            : set(text, before, there, key, wanted, DotenvText.of(key, wanted, kind(there)));
      }
      case Edit.Refer refer -> {
        String wanted = refer.reference();
        yield there.filter(it -> it.value().equals(wanted) && putsIn(it)).isPresent()
            ? text
            : set(text, before, there, refer.key(), wanted, wanted);
      }
      case Edit.Unset _ -> there.isEmpty() ? text : unset(text, before, there.get());
    };
  }

  /** Whether the variable is exactly this text, whatever other variables are. */
  private static boolean isLiteral(DotenvEntry entry, String wanted) {
    boolean fixed = entry.kind() == Kind.SINGLE || !wanted.contains("$");
    return fixed && entry.kind() != Kind.INHERITED && entry.value().equals(wanted);
  }

  /** Whether variables in the value are replaced by what they stand for. */
  private static boolean putsIn(DotenvEntry entry) {
    return entry.kind() == Kind.BARE || entry.kind() == Kind.DOUBLE;
  }

  private static Kind kind(Optional<DotenvEntry> there) {
    return there.map(DotenvEntry::kind).orElse(Kind.BARE);
  }

  private static Optional<DotenvEntry> only(List<DotenvEntry> entries, String key) throws Stopped {
    List<DotenvEntry> named = entries.stream().filter(it -> it.key().equals(key)).toList();
    if (named.size() > 1) {
      throw Unsure.of("%s is there %d times".formatted(key, named.size()));
    }
    if (named.stream().anyMatch(it -> it.kind() == Kind.UNSURE)) {
      throw Unsure.of("readers differ in what the value of %s is".formatted(key));
    }
    return named.stream().findFirst();
  }

  private static String set(
      String text,
      List<DotenvEntry> before,
      Optional<DotenvEntry> there,
      String key,
      String wanted,
      String written)
      throws Stopped {
    Splice splice =
        there.map(it -> replace(it, written)).orElseGet(() -> append(text, key, written));
    String after = splice.in(text);
    List<DotenvEntry> now = DotenvReader.read(after);
    boolean exact =
        others(after, now, key).equals(others(text, before, key))
            && only(now, key).filter(it -> it.value().equals(wanted)).isPresent();
    return proved(exact, after, key);
  }

  private static Splice replace(DotenvEntry entry, String written) {
    String text = entry.kind() == Kind.INHERITED ? "=" + written : written;
    return new Splice(entry.valueStart(), entry.valueEnd(), text);
  }

  private static Splice append(String text, String key, String written) {
    String end = Splice.lineEnd(text);
    boolean open = !text.isEmpty() && !text.endsWith("\n") && !text.equals("\uFEFF");
    return Splice.insert(text.length(), (open ? end : "") + key + "=" + written + end);
  }

  private static String unset(String text, List<DotenvEntry> before, DotenvEntry gone)
      throws Stopped {
    String after = new Splice(gone.start(), gone.end(), "").in(text);
    List<DotenvEntry> now = DotenvReader.read(after);
    boolean exact =
        others(after, now, "").equals(others(text, before, gone.key()))
            && only(now, gone.key()).isEmpty();
    return proved(exact, after, gone.key());
  }

  /** Every other variable as it is written. */
  private static List<String> others(String text, List<DotenvEntry> entries, String key) {
    return entries.stream()
        .filter(it -> !it.key().equals(key))
        .map(it -> it.key() + "=" + text.substring(it.valueStart(), it.valueEnd()))
        .toList();
  }

  private static String proved(boolean exact, String after, String key) throws Stopped {
    if (!exact) {
      throw Unsure.of("read back, the file would not hold what is wanted of " + key);
    }
    return after;
  }
}
