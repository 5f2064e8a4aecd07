package dev.opsagent.authority.routing;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * Whose work an instruction is, and how that was found. The same text always has the same answer.
 *
 * @param operations what of it is ours, in the order of the text
 * @param foreign what of it is not, each with its owner
 * @param why one line per clause that counted: the words, and the rule that they met
 * @param withheld the operations that the text says must not be done
 */
public record Routing(
    Decision decision,
    List<String> operations,
    List<Part> foreign,
    List<String> why,
    @JsonIgnore List<String> withheld) {
  public Routing {
    operations = List.copyOf(operations);
    foreign = List.copyOf(foreign);
    why = List.copyOf(why);
    withheld = List.copyOf(withheld);
  }

  /** What becomes of the instruction. */
  public enum Decision {
    /** All of it is ours. */
    ACCEPT,
    /** All of it belongs to others. */
    NOT_MINE,
    /** Some of it is ours, and the rest belongs to others. */
    SPLIT,
    /** A person would ask back. */
    UNCLEAR
  }

  /**
   * Work of another agent.
   *
   * @param owner the agent's name, such as {@code data-engineer}
   * @param text the clause, as it stands in the instruction
   * @param words the words of the lexicon that told; unlike the clause, they hold nothing of what
   *     the instruction may carry beside them
   */
  public record Part(String owner, String text, @JsonIgnore List<String> words) {
    public Part {
      words = List.copyOf(words);
    }
  }

  /** The owners of what is not ours, in the order of the text. */
  public List<String> owners() {
    return foreign.stream().map(Part::owner).distinct().toList();
  }
}
