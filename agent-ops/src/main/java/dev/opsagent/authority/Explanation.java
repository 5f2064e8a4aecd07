package dev.opsagent.authority;

import java.util.List;
import java.util.Optional;

/**
 * Why a path has the owner that it has.
 *
 * @param claims every glob that matches the path as it is spelt; the first decides
 * @param twin the spelling that stands for all others which some file system takes for the same;
 *     empty when there is none, and then nobody but Version Control may have it
 * @param ofTwins further globs that match only another spelling
 * @param contents markers that may still take the file from Ops, once its content is known
 * @param values how the values in the file are divided, when they are
 */
public record Explanation(
    String path,
    Judgement judgement,
    List<Claim> claims,
    Optional<String> twin,
    List<Claim> ofTwins,
    List<Content> contents,
    Optional<Values> values) {
  public Explanation {
    claims = List.copyOf(claims);
    ofTwins = List.copyOf(ofTwins);
    contents = List.copyOf(contents);
  }

  /**
   * A glob that matches.
   *
   * @param tier from 1; 0 is built in
   */
  public record Claim(Judgement judgement, int tier, String glob) {}

  /** Lines that make the file another agent's. */
  public record Content(Judgement judgement, List<String> lines) {
    public Content {
      lines = List.copyOf(lines);
    }
  }

  /** The owner of the rest, and those of single values. */
  public record Values(String rule, Owner rest, List<Value> owned) {
    public Values {
      owned = List.copyOf(owned);
    }
  }

  /** A value and its owner. */
  public record Value(Owner owner, String pointer) {}
}
