package dev.opsagent.tools.git;

import java.io.File;
import java.util.Map;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * The machine as JGit sees it: without environment variables, and with settings of our own in the
 * place of the system's and the user's.
 */
final class HermeticSystem extends SystemReader.Delegate {
  /**
   * A redirect could carry a credential to another host; collecting garbage is no part of a
   * release, and one that is looked for in the background locks a checkout that is being moved.
   */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "http.followRedirects", "false",
          "gc.auto", "0",
          "gc.autoPackLimit", "0",
          "gc.autoDetach", "false");

  private static final HermeticSystem INSTANCE = new HermeticSystem(SystemReader.getInstance());

  private HermeticSystem(SystemReader platform) {
    super(platform);
  }

  /** Takes effect for the whole process; JGit knows no narrower way. */
  static void install() {
    if (SystemReader.getInstance() != INSTANCE) {
      SystemReader.setInstance(INSTANCE);
    }
  }

  @Override
  public @Nullable String getenv(String variable) {
    return null;
  }

  @Override
  public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
    return new Settings(parent, fs);
  }

  @Override
  public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
    Settings settings = new Settings(parent, fs);
    SETTINGS.forEach(settings::set);
    return settings;
  }

  @Override
  public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
    return new Settings(parent, fs);
  }

  /** Settings that no file holds and no file receives. */
  private static final class Settings extends FileBasedConfig {
    Settings(@Nullable Config parent, FS fs) {
      super(parent, new File("/dev/null"), fs);
    }

    void set(String key, String value) {
      int dot = key.indexOf('.');
      setString(key.substring(0, dot), null, key.substring(dot + 1), value);
    }

    @Override
    public void load() {
      // There is nothing to read.
    }

    @Override
    public void save() {
      // JGit stores measurements of the file system here; each process measures anew.
    }

    @Override
    public boolean isOutdated() {
      return false;
    }
  }
}
