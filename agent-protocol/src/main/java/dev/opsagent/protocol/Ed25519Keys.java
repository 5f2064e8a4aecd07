package dev.opsagent.protocol;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/** Ed25519 keys in the forms that people keep them in. */
public final class Ed25519Keys {
  private static final String CURVE = "Ed25519";
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]{1,4096})-----END PRIVATE KEY-----\\s*");

  private Ed25519Keys() {}

  /**
   * A public key as a trust file lists it.
   *
   * @param x 32 bytes in base64url, a JWK's {@code x}
   * @throws InvalidMessage when it is none
   */
  public static PublicKey publicKey(String x) {
    try {
      return (PublicKey)
          JsonWebKey.Factory.newJwk(Map.of("kty", "OKP", "crv", CURVE, "x", x)).getKey();
    } catch (JoseException | RuntimeException malformed) {
      throw new InvalidMessage("publicKey", "must be the 32 bytes of an Ed25519 key in base64url");
    }
  }

  static OctetKeyPairJsonWebKey jwk(String json) throws JoseException {
    PublicJsonWebKey key = PublicJsonWebKey.Factory.newPublicJwk(json);
    if (key instanceof OctetKeyPairJsonWebKey pair
        && pair.getPrivateKey() instanceof EdECPrivateKey own
        && pair.getKey() instanceof EdECPublicKey given
        && given.equals(publicOf(own))) {
      return pair;
    }
    throw new JoseException("no private Ed25519 key whose halves belong together");
  }

  static OctetKeyPairJsonWebKey pem(String text) throws JoseException {
    Matcher pem = PEM.matcher(text.strip());
    if (!pem.matches()) {
      throw new JoseException("no private key in PEM");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
    try {
      var key =
          (EdECPrivateKey)
              KeyFactory.getInstance(CURVE).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      OctetKeyPairJsonWebKey pair = new OctetKeyPairJsonWebKey(publicOf(key));
      pair.setPrivateKey(key);
      return pair;
    } catch (GeneralSecurityException malformed) {
      throw new JoseException("no Ed25519 key in PKCS #8", malformed);
    }
  }

  static String x(OctetKeyPairJsonWebKey pair) {
    return String.valueOf(pair.toParams(JsonWebKey.OutputControlLevel.PUBLIC_ONLY).get("x"));
  }

  /** The JDK offers no other way from one half to the other: it generates from the given bytes. */
  private static PublicKey publicOf(EdECPrivateKey key) throws JoseException {
    byte[] seed =
        key.getBytes().orElseThrow(() -> new JoseException("the key does not show its bytes"));
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(CURVE);
      generator.initialize(new NamedParameterSpec(CURVE), new Given(seed));
      return generator.generateKeyPair().getPublic();
    } catch (GeneralSecurityException e) {
      throw new JoseException("no Ed25519 key", e);
    }
  }

  /** Gives the bytes of a key instead of random ones. */
  private static final class Given extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final transient byte[] seed;

    Given(byte[] seed) {
      this.seed = seed.clone();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, Math.min(seed.length, bytes.length));
    }
  }
}
