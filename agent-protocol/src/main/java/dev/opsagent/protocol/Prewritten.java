package dev.opsagent.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.UTF8JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonSerialize;

/**
 * An immutable value that is written as a part of many documents: its JSON is made once. It reads
 * and writes as the value itself does.
 */
@JsonSerialize(using = Prewritten.Writer.class)
public final class Prewritten<T> {
  private final T value;
  private volatile @Nullable SerializedString json;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Prewritten(T value) {
    this.value = value;
  }

  public T value() {
    return value;
  }

  /** The value's JSON; the caller must not change it. */
  public byte[] bytes() {
    return json().asUnquotedUTF8();
  }

  private SerializedString json() {
    SerializedString made = json;
    if (made == null) {
      made = new SerializedString(new String(Json.write(value), StandardCharsets.UTF_8));
      json = made;
    }
    return made;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Prewritten<?> it && it.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return value.toString();
  }

  /** Copies the bytes where bytes are written. */
  static final class Writer extends ValueSerializer<Prewritten<?>> {
    @Override
    public void serialize(Prewritten<?> it, JsonGenerator to, SerializationContext context) {
      if (to instanceof UTF8JsonGenerator) {
        to.writeRawValue(it.json());
        return;
      }
      to.writePOJO(it.value);
    }
  }
}
