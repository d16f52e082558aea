package org.edgevlm.testkit.intercept;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** A call on its way to a plugin's object. */
public final class Call {

  private final Class<?> type;
  private final Object target;
  private final Method method;
  private final Object[] arguments;

  Call(Class<?> type, Object target, Method method, Object[] arguments) {
    this.type = type;
    this.target = target;
    this.method = method;
    this.arguments = arguments;
  }

  /** The service type that was called, for example {@code InferenceSession}. */
  public Class<?> type() {
    return type;
  }

  /** The plugin's own object. */
  public <T> T target(Class<T> as) {
    return as.cast(target);
  }

  /** The method's name. */
  public String method() {
    return method.getName();
  }

  /** Whether this is a method of a type, whatever its parameters. */
  public boolean is(Class<?> ofType, String name) {
    return type == ofType && method().equals(name);
  }

  /** How many arguments there are. */
  public int arguments() {
    return arguments.length;
  }

  /** An argument; the array may be changed by {@link #argument(int, Object)}. */
  public <T> T argument(int index, Class<T> as) {
    return as.cast(arguments[index]);
  }

  /** Replaces an argument. */
  public void argument(int index, Object value) {
    arguments[index] = value;
  }

  /** Lets the plugin's object answer. */
  public Object proceed() throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** {@code Type.method}. */
  @Override
  public String toString() {
    return type.getSimpleName() + "." + method();
  }
}
