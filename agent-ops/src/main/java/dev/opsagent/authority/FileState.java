package dev.opsagent.authority;

/**
 * What lies at a path of a workspace.
 *
 * @param mode permission bits, {@code 0755} and its like; always 0 for a link
 * @param size in bytes
 * @param digest of a file's bytes, or of a link's target; of anything else empty
 * @param escapes whether it leads out of the workspace: a link to a place outside, or a file that
 *     also has a name outside
 */
public record FileState(Kind kind, int mode, long size, String digest, boolean escapes) {
  /** What it is. */
  public enum Kind {
    FILE,
    LINK,
    FOLDER,
    /** A device, socket or pipe, or what cannot be read. */
    SPECIAL
  }
}
