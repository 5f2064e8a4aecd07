package dev.opsagent.authority;

import java.util.Optional;

/**
 * One difference between a workspace and its base.
 *
 * @param before what the base has there
 * @param after what is there now
 */
public record FileChange(String path, Optional<FileState> before, Optional<FileState> after) {

  /** Whether both are plain files that differ in nothing but their bytes. */
  boolean isOfBytesOnly() {
    return isPlain(before)
        && isPlain(after)
        && before.map(FileState::mode).equals(after.map(FileState::mode));
  }

  private static boolean isPlain(Optional<FileState> state) {
    return state.filter(it -> it.kind() == FileState.Kind.FILE && !it.escapes()).isPresent();
  }

  /** What makes a state nobody's, whoever owns the path. */
  Optional<String> neverAllowed() {
    if (!RepositoryPath.isPath(path)) {
      return Optional.of("built-in/not-a-path");
    }
    return after.flatMap(state ->
        switch (state.kind()) {
          case SPECIAL -> Optional.of("built-in/special-file");
          case FILE, LINK, FOLDER ->
              state.escapes() ? Optional.of("built-in/leads-outside") : Optional.empty();
        });
  }
}
