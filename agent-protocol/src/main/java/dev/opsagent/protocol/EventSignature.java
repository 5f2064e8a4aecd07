package dev.opsagent.protocol;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/**
 * The signature that an event carries: a detached JWS (RFC 7515, appendix F) with EdDSA over
 * Ed25519 (RFC 8037). It vouches for the event's id, source, type, subject, time and data; what
 * carries the event may add headers of its own. That it is there says nothing: ask {@link #by}.
 *
 * @param jws as received: {@code <header>..<signature>}
 * @param input what it must have been made over
 * @param time when the event says that it was signed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record EventSignature(String jws, byte[] input, Instant time) {
  static final String ATTRIBUTE = "signature";

  private static final int MAX_LENGTH = 1024;

  /** What stands before the 32 bytes of a key in its X.509 form (RFC 8410). */
  private static final int X509_PREFIX = 12;

  private static final AlgorithmConstraints ED25519 =
      new AlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.EDDSA);

  /** The id of the key that it claims to be made with; empty when it is no detached JWS. */
  public Optional<String> keyId() {
    try {
      return Optional.ofNullable(parsed().getKeyIdHeaderValue())
          .filter(id -> SigningKey.ID.matcher(id).matches());
    } catch (JoseException | RuntimeException malformed) {
      return Optional.empty();
    }
  }

  /** Whether it was made with the private half of the key, over exactly this event. */
  public boolean by(PublicKey key) {
    try {
      JsonWebSignature parsed = parsed();
      return parsed.getAlgorithmHeaderValue().equals(AlgorithmIdentifiers.EDDSA)
          && !parsed.getHeaders().getFullHeaderAsJsonString().contains("\"crit\"")
          && verifies(parsed, key.getEncoded());
    } catch (JoseException | RuntimeException malformed) {
      return false; // the library parses what anybody may have written
    }
  }

  /** By a library that takes a sixth of the JDK's time, which every message would feel. */
  private boolean verifies(JsonWebSignature parsed, byte[] x509) throws JoseException {
    byte[] signature = Base64.getUrlDecoder().decode(jws.substring(jws.indexOf("..") + 2));
    byte[] message =
        (parsed.getHeaders().getEncodedHeader() + "." + encodedInput())
            .getBytes(StandardCharsets.US_ASCII);
    return signature.length == Ed25519.SIGNATURE_SIZE
        && x509.length == X509_PREFIX + Ed25519.PUBLIC_KEY_SIZE
        && Ed25519.verify(signature, 0, x509, X509_PREFIX, message, 0, message.length);
  }

  private String encodedInput() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(input);
  }

  private JsonWebSignature parsed() throws JoseException {
    int gap = jws.indexOf("..");
    if (jws.length() > MAX_LENGTH || gap < 0) {
      throw new JoseException("no detached JWS");
    }
    JsonWebSignature parsed = new JsonWebSignature();
    parsed.setAlgorithmConstraints(ED25519);
    parsed.setCompactSerialization(
        jws.substring(0, gap + 1) + encodedInput() + jws.substring(gap + 1));
    return parsed;
  }
}
