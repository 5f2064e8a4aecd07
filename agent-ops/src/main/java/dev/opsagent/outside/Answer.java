package dev.opsagent.outside;

import dev.opsagent.protocol.Failure;
import java.util.function.Function;

/** What the world answered: a value, or an expected failure. */
public sealed interface Answer<T> {
  /** The value. */
  record Ok<T>(T value) implements Answer<T> {}

  /** The failure, described by the adapter that knows it. */
  record No<T>(Failure failure) implements Answer<T> {}

  /** The same answer about something made of the value. */
  default <R> Answer<R> map(Function<? super T, ? extends R> function) {
    return switch (this) {
      case Ok<T> ok -> new Ok<>(function.apply(ok.value()));
      case No<T> no -> new No<>(no.failure());
    };
  }

  /** The next question, if this one was answered. */
  default <R> Answer<R> then(Function<? super T, Answer<R>> next) {
    return switch (this) {
      case Ok<T> ok -> next.apply(ok.value());
      case No<T> no -> new No<>(no.failure());
    };
  }
}
