package dev.opsagent.operations.configure;

import dev.opsagent.operations.Lines;
import dev.opsagent.operations.SecretNames;
import dev.opsagent.operations.Stopped;
import dev.opsagent.protocol.Deliverable.ConfigurationChange.Change;
import dev.opsagent.protocol.Deliverable.ConfigurationChange.KeyChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a change does to the keys of a file; what looks like a secret is not told. */
final class KeyDiff {
  private KeyDiff() {}

  static List<KeyChange> of(SettingsFile file) throws Stopped {
    Map<String, String> before = file.format().read(file.before());
    Map<String, String> after = file.format().read(file.after());
    List<KeyChange> changed = new ArrayList<>();
    for (String key : file.touched()) {
      Optional<String> was = Optional.ofNullable(before.get(key));
      Optional<String> is = Optional.ofNullable(after.get(key));
      changed.add(new KeyChange(key, change(was, is), shown(key, was), shown(key, is)));
    }
    return changed;
  }

  private static Change change(Optional<String> was, Optional<String> is) {
    if (was.isEmpty()) {
      return Change.ADDED;
    }
    return is.isEmpty() ? Change.REMOVED : Change.CHANGED;
  }

  private static Optional<String> shown(String key, Optional<String> value) {
    return value
        .filter(it -> isReference(it) || !SecretNames.isSetting(key, it))
        .map(Lines::printable);
  }

  private static boolean isReference(String value) {
    return value.matches("\\$\\{[A-Za-z_][A-Za-z0-9_]*}");
  }
}
