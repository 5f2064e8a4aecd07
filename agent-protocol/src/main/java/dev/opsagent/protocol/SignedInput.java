package dev.opsagent.protocol;

import java.nio.charset.StandardCharsets;

/**
 * What a signature is made over: seven lines, each ended by a line feed, in UTF-8. Any language can
 * write them, and no part can run into the next, since none may hold a control character.
 *
 * @param subject empty when the event has none
 * @param time as it stands in the event
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SignedInput(
    String id, String source, String type, String subject, String time, byte[] data) {
  private static final String FORM = "ops-agent-event.v1";

  byte[] bytes() {
    String text =
        String.join("\n", FORM, id, source, type, subject, time, Digests.sha256(data)) + "\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
