package org.edgevlm.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.edgevlm.spi.EdgeVlmException;
import org.edgevlm.spi.decoding.DecodingContext;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.testkit.intercept.Call;
import org.edgevlm.testkit.intercept.Interceptor;

/**
 * Takes what the assembly makes as it is made, so that a suite works with the very objects that
 * answer requests.
 */
final class Captured implements Interceptor {

  private final List<Object> made = Collections.synchronizedList(new ArrayList<>());
  private DecodingContext context;

  @Override
  public Object around(Call call) throws Throwable {
    if (call.is(DecodingStrategyProvider.class, "create")) {
      context = call.argument(0, DecodingContext.class);
    }
    Object result = call.proceed();
    if (call.method().equals("create")
        || call.method().equals("load")
        || call.method().equals("open")) {
      made.add(result);
    }
    return result;
  }

  /** What the strategy was made with. */
  DecodingContext context() {
    if (context == null) {
      throw new EdgeVlmException("the assembly has made no strategy");
    }
    return context;
  }

  /** The first that was made of a service. */
  <T> T first(Class<T> type) {
    synchronized (made) {
      return made.stream()
          .filter(type::isInstance)
          .map(type::cast)
          .findFirst()
          .orElseThrow(
              () -> new EdgeVlmException("the assembly has made no " + type.getSimpleName()));
    }
  }
}
