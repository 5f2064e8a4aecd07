package dev.opsagent.tools.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.opsagent.redaction.Redactor;
import dev.opsagent.testing.Encodings;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class QuotedBodyTest {
  private static final String SECRET = "a p@ss/word \"of\"\nsome $length\\y";
  private static final int QUOTED = 120;

  static Set<String> encodings() {
    return Encodings.all().keySet();
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void ofASecretThatReachesOverTheEndOfAQuoteNothingIsSeen(String encoding) {
    String written = requireNonNull(Encodings.all().get(encoding)).apply(SECRET);
    try (BoundedGet web = new BoundedGet(Redactor.of(Map.of("it", SECRET))::text)) {
      for (int seen = 1; seen < Math.min(written.length(), QUOTED - 5); seen++) {
        String before = ".".repeat(QUOTED - 4 - seen) + "it: ";
        String quote = web.excerpt(before + written + " after");
        String left = quote.substring(1 + before.length(), quote.length() - 1);
        // The edges of a base64 group are shared with the neighbours; quotes are not the secret.
        assertThat(left)
            .as("%d characters before the cut: %s", seen, quote)
            .matches(".{0,16}(\\[.*|…| after)?");
      }
    }
  }
}
