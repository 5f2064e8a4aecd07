package dev.opsagent.tools.http;

import dev.opsagent.outside.Answer;
import dev.opsagent.outside.MetricQueries.Sample;
import dev.opsagent.protocol.Failure;
import dev.opsagent.protocol.InvalidMessage;
import dev.opsagent.protocol.Json;
import dev.opsagent.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Reads the body of an instant query. It is taken at its word only where it says exactly one finite
 * number of now.
 *
 * @param action in words, for failures
 * @param now by the clock of this machine
 * @param quote a part of a text that came, without secrets
 */
record QueryAnswer(String action, Instant now, UnaryOperator<String> quote) {
  /** Two clocks differ; what is older than this comes from a cache. */
  private static final Duration OLDEST = Duration.ofMinutes(1);

  private static final double LATEST_SECOND = 1e11;
  private static final Set<String> NOT_FINITE = Set.of("NaN", "+Inf", "-Inf", "Inf");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,4})?");

  Answer<Sample> read(String body) {
    JsonNode tree;
    try {
      tree = Json.readTree(body.getBytes(StandardCharsets.UTF_8));
    } catch (InvalidMessage _) {
      return garbage(body);
    }
    if (!tree.path("status").asString("").equals("success")) {
      return tree.path("error").isString()
          ? no("it answers an error: " + quote.apply(tree.path("error").asString()))
          : garbage(body);
    }
    JsonNode warnings = tree.path("warnings");
    boolean warned = !warnings.isMissingNode() && !(warnings.isArray() && warnings.isEmpty());
    if (warned) {
      return no("it warns that the result may be partial: " + quote.apply(warnings + ""));
    }
    return data(body, tree.path("data"));
  }

  private Answer<Sample> data(String body, JsonNode data) {
    JsonNode result = data.path("result");
    if (!result.isArray()) {
      return garbage(body);
    }
    return switch (data.path("resultType").asString("")) {
      case "scalar" -> sample(body, result);
      case "vector" -> vector(body, result);
      case "matrix", "string" ->
          no("the result is a %s, not one number".formatted(data.path("resultType").asString()));
      default -> garbage(body);
    };
  }

  private Answer<Sample> vector(String body, JsonNode result) {
    return switch (result.size()) {
      case 0 -> no("there is no data: no series matches");
      case 1 -> sample(body, result.path(0).path("value"));
      default -> no("%d series match instead of one".formatted(result.size()));
    };
  }

  /** A pair of the time in seconds and the value as a string. */
  private Answer<Sample> sample(String body, JsonNode pair) {
    JsonNode time = pair.path(0);
    if (!pair.isArray() || pair.size() != 2 || !time.isNumber() || !pair.path(1).isString()) {
      return garbage(body);
    }
    String value = pair.path(1).asString();
    if (NOT_FINITE.contains(value)) {
      return no("the value is " + value);
    }
    double seconds = time.doubleValue();
    if (!NUMBER.matcher(value).matches() || !(Math.abs(seconds) < LATEST_SECOND)) {
      return garbage(body);
    }
    return sample(Double.parseDouble(value), Instant.ofEpochMilli((long) (seconds * 1000)));
  }

  private Answer<Sample> sample(double value, Instant at) {
    if (Double.isInfinite(value)) {
      return no("the value is beyond all bounds");
    }
    return at.isBefore(now.minus(OLDEST))
        ? no("the result is stale: it is as of " + at)
        : new Answer.Ok<>(new Sample(value, at));
  }

  private Answer<Sample> garbage(String body) {
    return no("it is no answer of the query API: " + quote.apply(body));
  }

  Answer<Sample> no(String cause) {
    return new Answer.No<>(
        Failure.passing(ReasonCode.INCONCLUSIVE, action, cause, "see the server of the metrics"));
  }
}
