package dev.opsagent.protocol;

/**
 * A message that breaks the contract. Names the field by its JSON path and says what is expected;
 * it never repeats the offending value, which may be a secret or hostile text.
 */
public final class InvalidMessage extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private final String field;

  /**
   * @param field the JSON path of the field, such as {@code target.environment}; empty for the
   *     whole message
   * @param expectation what the field must be, in words
   */
  public InvalidMessage(String field, String expectation) {
    super(field.isEmpty() ? expectation : field + " " + expectation);
    this.field = field;
  }

  public String field() {
    return field;
  }
}
