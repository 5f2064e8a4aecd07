package dev.opsagent.operations.configure;

import static dev.opsagent.operations.Stopped.unlessOk;

import dev.opsagent.operations.Stopped;
import dev.opsagent.outside.Repository.Checkout;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.ReasonCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The file of a task, as a commit has it and as the task wants it.
 *
 * @param touched the keys that are written otherwise
 */
record SettingsFile(SettingsFormat format, String before, String after, SortedSet<String> touched) {
  /** Reads the file of HEAD and changes it. */
  static SettingsFile of(Checkout checkout, ConfigureParameters parameters) throws Stopped {
    SettingsFormat format = parameters.format().orElseThrow();
    String before = text(checkout, parameters.file()).orElseThrow(() -> missing(parameters.file()));
    String after = before;
    SortedSet<String> touched = new TreeSet<>();
    for (Edit edit : parameters.edits()) {
      String edited = format.edit(after, edit);
      if (!edited.equals(after)) {
        touched.add(edit.key());
      }
      after = edited;
    }
    return new SettingsFile(format, before, after, touched);
  }

  /** The text of a file of HEAD; empty when there is none. */
  static Optional<String> text(Checkout checkout, String path) throws Stopped {
    Optional<byte[]> bytes = unlessOk(checkout.file(path));
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    if (bytes.get().length > SettingsFormat.LARGEST) {
      throw Unsure.of("%s has more than %d bytes".formatted(path, SettingsFormat.LARGEST));
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.get())).toString());
    } catch (CharacterCodingException e) {
      throw Unsure.of(path + " is no text in UTF-8");
    }
  }

  boolean isChanged() {
    return !after.equals(before);
  }

  byte[] bytesBefore() {
    return before.getBytes(StandardCharsets.UTF_8);
  }

  byte[] bytesAfter() {
    return after.getBytes(StandardCharsets.UTF_8);
  }

  private static Stopped missing(String path) {
    return new Stopped(
        Failure.of(
            ReasonCode.PRECONDITION_FAILED,
            "change " + path,
            "the branch has no such file",
            "name a file of the branch, or add it first"));
  }
}
