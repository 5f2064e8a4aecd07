package dev.opsagent.sandbox;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where programs are looked for. Only absolute folders count: an empty or relative entry would mean
 * the working directory, whose files the repository decides.
 */
record SearchPath(List<Path> folders) {
  SearchPath {
    folders = List.copyOf(folders);
  }

  static SearchPath parse(String path) {
    List<Path> folders = new ArrayList<>();
    for (String entry : path.split(File.pathSeparator, -1)) {
      absolute(entry).ifPresent(folders::add);
    }
    return new SearchPath(folders);
  }

  /** This path without the folders that lie in the directory. */
  SearchPath outside(Path directory) {
    Path inside = directory.toAbsolutePath().normalize();
    return new SearchPath(
        folders.stream().filter(folder -> !folder.normalize().startsWith(inside)).toList());
  }

  /** The program's absolute path: a bare name is looked up, an absolute path taken as it is. */
  Optional<Path> find(String program) {
    if (program.indexOf('/') >= 0 || program.indexOf(File.separatorChar) >= 0) {
      return absolute(program).filter(SearchPath::runnable);
    }
    if (program.isEmpty() || program.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    return folders.stream().map(f -> f.resolve(program)).filter(SearchPath::runnable).findFirst();
  }

  private static Optional<Path> absolute(String text) {
    try {
      return Optional.of(Path.of(text)).filter(Path::isAbsolute);
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static boolean runnable(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }

  @Override
  public String toString() {
    return folders.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
