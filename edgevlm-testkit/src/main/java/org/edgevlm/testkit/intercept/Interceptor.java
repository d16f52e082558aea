package org.edgevlm.testkit.intercept;

/** What happens around a call. Called on the calling thread, by as many threads as call. */
@FunctionalInterface
public interface Interceptor {

  /**
   * Answers a call.
   *
   * @return what the caller gets; usually {@link Call#proceed()}
   * @throws Throwable what the caller meets
   */
  Object around(Call call) throws Throwable;
}
