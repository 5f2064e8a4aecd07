package dev.opsagent.testing;

import dev.opsagent.outside.FolderRemoval;
import dev.opsagent.tools.npm.LocalVerdaccio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** One real npm registry for all tests of a class, those in its nested classes included. */
public final class SharedVerdaccio implements BeforeAllCallback {
  private @Nullable Running running;

  private record Running(Path folder, LocalVerdaccio verdaccio) implements AutoCloseable {
    static Running start() {
      try {
        Path folder = Files.createTempDirectory("verdaccio");
        return new Running(folder, Verdaccio.start(folder.resolve("registry")));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() throws IOException {
      verdaccio.close();
      FolderRemoval.remove(folder);
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    running =
        context
            .getStore(Namespace.create(SharedVerdaccio.class))
            .computeIfAbsent(Running.class, _ -> Running.start(), Running.class);
  }

  /** The registry, once the tests run. */
  public LocalVerdaccio get() {
    return Objects.requireNonNull(running).verdaccio();
  }
}
