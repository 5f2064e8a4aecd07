package dev.opsagent.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.interfaces.EdECPrivateKey;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.lang.HashUtil;
import org.jose4j.lang.JoseException;

/** An agent's private key (Ed25519): what it signs, nobody else can have said. */
public final class SigningKey {
  static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private static final int MAX_BYTES = 8 * 1024;
  private static final String FORMS =
      "make one with: ops-agent keys new, or openssl genpkey -algorithm ed25519";
  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final OctetKeyPairJsonWebKey pair;
  private final String id;
  private final byte[] seed;

  private SigningKey(OctetKeyPairJsonWebKey pair, String id) {
    this.pair = pair;
    this.id = id;
    this.seed = ((EdECPrivateKey) pair.getPrivateKey()).getBytes().orElseThrow();
  }

  /** What reading a key file came to. */
  public sealed interface Reading {
    record Usable(SigningKey key) implements Reading {}

    /**
     * @param failure says what to do; it repeats nothing of the file
     */
    record Unusable(Failure failure) implements Reading {}
  }

  /** A new key of the JDK's own randomness; its id is its thumbprint (RFC 7638). */
  public static SigningKey generate() {
    try {
      return of(OkpJwkGenerator.generateJwk(OctetKeyPairJsonWebKey.SUBTYPE_ED25519));
    } catch (JoseException e) {
      throw new IllegalStateException("every Java platform of ours has Ed25519", e);
    }
  }

  /**
   * Reads a private key: a JWK (RFC 8037) or PKCS #8 in PEM, as {@code openssl genpkey -algorithm
   * ed25519} writes it. A JWK's {@code kid} is the key's id; without one it is the thumbprint. A
   * file that others may read is refused, where the file system can tell.
   */
  public static Reading read(Path file) {
    try {
      if (!ownersOnly(file)) {
        return unusable(file, "others than its owner may read it", "chmod 600 " + file);
      }
      byte[] bytes = start(file);
      return new Reading.Usable(of(pair(new String(bytes, StandardCharsets.UTF_8))));
    } catch (IOException unreadable) {
      return unusable(file, "it cannot be read", "name a file that this user can read");
    } catch (JoseException | RuntimeException malformed) {
      return unusable(file, "it holds no private Ed25519 key", FORMS);
    }
  }

  private static byte[] start(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(MAX_BYTES);
    }
  }

  private static Reading unusable(Path file, String cause, String fix) {
    return new Reading.Unusable(
        Failure.of(ReasonCode.CONFIGURATION, "use the key in " + file, cause, fix));
  }

  private static boolean ownersOnly(Path file) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    return !posix || OWNERS.containsAll(Files.getPosixFilePermissions(file));
  }

  private static OctetKeyPairJsonWebKey pair(String text) throws JoseException {
    return text.stripLeading().startsWith("{") ? Ed25519Keys.jwk(text) : Ed25519Keys.pem(text);
  }

  private static SigningKey of(OctetKeyPairJsonWebKey pair) throws JoseException {
    String given = pair.getKeyId();
    String id = given == null ? pair.calculateBase64urlEncodedThumbprint(HashUtil.SHA_256) : given;
    if (!ID.matcher(id).matches()) {
      throw new JoseException("kid must match " + ID);
    }
    pair.setKeyId(id);
    return new SigningKey(pair, id);
  }

  /** The key's id, which each signature names. */
  public String id() {
    return id;
  }

  /** The public half as a trust file lists it: 32 bytes in base64url, a JWK's {@code x}. */
  public String publicKey() {
    return Ed25519Keys.x(pair);
  }

  /** The private key as a JWK, for a file that only its owner may read. */
  public String privateJwk() {
    return pair.toJson(OutputControlLevel.INCLUDE_PRIVATE);
  }

  /** The detached JWS over the bytes; made by hand, since a client signs all that it sends. */
  String sign(byte[] input) {
    String header = encoded(bytes("{\"alg\":\"EdDSA\",\"kid\":\"%s\"}".formatted(id)));
    byte[] message = bytes(header + "." + encoded(input));
    byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
    Ed25519.sign(seed, 0, message, 0, message.length, signature, 0);
    return header + ".." + encoded(signature);
  }

  private static byte[] bytes(String ascii) {
    return ascii.getBytes(StandardCharsets.US_ASCII);
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Names the key and shows nothing of it. */
  @Override
  public String toString() {
    return "key " + id;
  }
}
