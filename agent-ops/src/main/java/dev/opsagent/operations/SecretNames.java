package dev.opsagent.operations;

import dev.opsagent.redaction.Redactor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Names that secrets go by, and values that look like one. */
public final class SecretNames {
  /** Examples are named like the files they stand for, with one more ending. */
  private static final Pattern EXAMPLE = Pattern.compile(".*\\.(example|sample|template|dist)");

  private static final Pattern FILE =
      Pattern.compile(
          "\\.env(\\..+)?|\\.envrc|.+\\.env|\\.npmrc|\\.pypirc|\\.netrc|_netrc|\\.git-credentials"
              + "|\\.pgpass|\\.htpasswd|\\.dockercfg|.+\\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk)"
              + "|id_(rsa|dsa|ecdsa|ed25519)(_sk)?|kubeconfig|.+\\.tfstate(\\.backup)?"
              + "|(client[_-])?secrets?\\.(ya?ml|json|toml|txt)|credentials(\\.json)?");

  /** A folder and a file that together hold a login. */
  private static final Pattern PLACE =
      Pattern.compile("(.*/)?(\\.docker/config\\.json|\\.kube/config|\\.ssh/.+|\\.aws/.+)");

  private static final Set<String> WORDS =
      Set.of(
          "secret",
          "secrets",
          "token",
          "password",
          "passwd",
          "passphrase",
          "pwd",
          "credential",
          "credentials",
          "key",
          "apikey",
          "auth",
          "pat",
          "jwt");

  /** Knows no secret, and what secrets look like. */
  private static final Redactor SHAPES = Redactor.of(Map.of());

  private SecretNames() {}

  /** Whether a file of that path looks like one that holds a secret. */
  public static boolean isFile(String path) {
    String small = path.toLowerCase(Locale.ROOT);
    String name = small.substring(small.lastIndexOf('/') + 1);
    boolean named = FILE.matcher(name).matches() && !EXAMPLE.matcher(name).matches();
    return named || PLACE.matcher(small).matches();
  }

  /** Whether a setting of that name, or with that value, looks like a secret. */
  public static boolean isSetting(String name, String value) {
    String[] words = name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").split("[_.-]", -1);
    return Arrays.stream(words).map(word -> word.toLowerCase(Locale.ROOT)).anyMatch(WORDS::contains)
        || !SHAPES.read(value).found().isEmpty();
  }
}
