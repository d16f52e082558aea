package org.edgevlm.testkit.intercept;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.KvCache;
import org.edgevlm.spi.decoding.DecodingStrategy;
import org.edgevlm.spi.decoding.DecodingStrategyProvider;
import org.edgevlm.spi.inference.ImageEncoder;
import org.edgevlm.spi.inference.ImageEncoderFactory;
import org.edgevlm.spi.inference.ImageEncoderProvider;
import org.edgevlm.spi.inference.InferenceBackend;
import org.edgevlm.spi.inference.InferenceBackendProvider;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.SessionStep;
import org.edgevlm.spi.inference.StepResult;
import org.edgevlm.spi.inference.TokenConstraint;
import org.edgevlm.spi.inference.Tokenizer;
import org.edgevlm.spi.vision.VisionProcessor;
import org.edgevlm.spi.vision.VisionProcessorProvider;

/**
 * Wraps a provider, and whatever comes out of it: backends, models, sessions, results, caches and
 * so on, each as it is handed out. An object that its owner hands out again is wrapped once, so
 * that identities hold.
 */
public final class Interception implements InvocationHandler {

  private static final List<Class<?>> PROVIDERS =
      List.of(
          VisionProcessorProvider.class,
          ImageEncoderProvider.class,
          InferenceBackendProvider.class,
          CachePolicyProvider.class,
          DecodingStrategyProvider.class);

  private static final List<Class<?>> MADE =
      List.of(
          VisionProcessor.class,
          ImageEncoderFactory.class,
          ImageEncoder.class,
          InferenceBackend.class,
          LanguageModel.class,
          TokenConstraint.class,
          CachePolicy.class,
          DecodingStrategy.class);

  private static final List<Class<?>> OWNED =
      List.of(StepResult.class, KvCache.class, Tokenizer.class);

  private final Class<?> type;
  private final Object target;
  private final Interceptor interceptor;
  private final Map<Object, Object> owned = Collections.synchronizedMap(new IdentityHashMap<>());

  private Interception(Class<?> type, Object target, Interceptor interceptor) {
    this.type = type;
    this.target = Objects.requireNonNull(target, "target");
    this.interceptor = Objects.requireNonNull(interceptor, "interceptor");
  }

  /** Wraps a provider of any service. */
  @SuppressWarnings("unchecked")
  public static <P extends PluginProvider> P of(P provider, Interceptor interceptor) {
    for (Class<?> type : PROVIDERS) {
      if (type.isInstance(provider)) {
        return (P) wrap(type, provider, interceptor);
      }
    }
    throw new IllegalArgumentException(provider.getClass().getName() + " provides no service");
  }

  private static Object wrap(Class<?> type, Object target, Interceptor interceptor) {
    return Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, new Interception(type, target, interceptor));
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    Object[] given = arguments == null ? new Object[0] : arguments.clone();
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "equals" -> proxy == given[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> type.getSimpleName() + " around " + target;
      };
    }
    for (int i = 0; i < given.length; i++) {
      given[i] = unwrapSteps(given[i]);
    }
    return wrapResult(interceptor.around(new Call(type, target, method, given)));
  }

  /** A backend wants its own sessions back. */
  private static Object unwrapSteps(Object argument) {
    if (!(argument instanceof List<?> list)
        || list.isEmpty()
        || !(list.get(0) instanceof SessionStep)) {
      return argument;
    }
    List<SessionStep> steps = new ArrayList<>();
    for (Object item : list) {
      SessionStep step = (SessionStep) item;
      steps.add(
          new SessionStep((InferenceSession) unwrap(step.session()), step.input(), step.outputs()));
    }
    return steps;
  }

  private boolean isMine(Object object) {
    return Proxy.isProxyClass(object.getClass())
        && Proxy.getInvocationHandler(object) instanceof Interception other
        && other.interceptor == interceptor;
  }

  private static Object unwrap(Object object) {
    return Proxy.isProxyClass(object.getClass())
            && Proxy.getInvocationHandler(object) instanceof Interception interception
        ? interception.target
        : object;
  }

  private Object wrapResult(Object result) {
    if (result instanceof Optional<?> optional) {
      return optional.map(this::wrapResult);
    }
    if (result instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof StepResult) {
      return list.stream().map(step -> wrap(StepResult.class, step, interceptor)).toList();
    }
    if (result == null || isMine(result)) {
      return result;
    }
    // A session may be its own result, so what the method promises goes before what the object is.
    if (type == InferenceSession.class && result instanceof StepResult) {
      return owned.computeIfAbsent(result, o -> wrap(StepResult.class, o, interceptor));
    }
    if (result instanceof InferenceSession) {
      return wrap(InferenceSession.class, result, interceptor);
    }
    for (Class<?> owning : OWNED) {
      if (owning.isInstance(result)) {
        return owned.computeIfAbsent(result, o -> wrap(owning, o, interceptor));
      }
    }
    for (Class<?> made : MADE) {
      if (made.isInstance(result)) {
        return wrap(made, result, interceptor);
      }
    }
    return result;
  }
}
