package dev.opsagent.console;

import dev.opsagent.redaction.Redactor;
import java.io.IOException;
import java.io.OutputStream;

/** What a command prints, without secrets; what was held back is shown when it is flushed. */
public final class RedactedOutput extends OutputStream {
  private final OutputStream out;
  private final Redactor redactor;
  private Redactor.Flow flow;

  public RedactedOutput(OutputStream out, Redactor redactor) {
    this.out = out;
    this.redactor = redactor;
    this.flow = redactor.flow(out);
  }

  @Override
  public void write(int one) {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    flow.write(bytes, from, from + length);
  }

  @Override
  public void flush() throws IOException {
    flow.close();
    flow = redactor.flow(out);
    out.flush();
  }
}
