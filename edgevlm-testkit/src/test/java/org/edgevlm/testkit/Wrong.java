package org.edgevlm.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.testkit.intercept.Call;
import org.edgevlm.testkit.intercept.Interception;
import org.edgevlm.testkit.intercept.Interceptor;

/** Plugins that break one rule each, by the rule's name. */
final class Wrong<P extends PluginProvider> {

  private final Map<String, Supplier<P>> byRule = new LinkedHashMap<>();
  private final Map<String, String> companions = new LinkedHashMap<>();

  /** A plugin of the breaking of one method; the others are right. */
  Wrong<P> breaks(String rule, Supplier<P> right, Class<?> type, String method, Interceptor how) {
    return breaks(
        rule, right, () -> call -> call.is(type, method) ? how.around(call) : call.proceed());
  }

  /** A plugin of the breaking of whatever an interceptor breaks; each provider gets its own. */
  Wrong<P> breaks(String rule, Supplier<P> right, Supplier<Interceptor> how) {
    return is(rule, () -> Interception.of(right.get(), how.get()));
  }

  /** A plugin that is wrong by itself. */
  Wrong<P> is(String rule, Supplier<P> wrong) {
    if (byRule.put(rule, wrong) != null) {
      throw new IllegalArgumentException(rule + " is broken twice");
    }
    return this;
  }

  /** Says that breaking a rule can't be done without breaking another one. */
  Wrong<P> also(String rule, String other) {
    companions.put(rule, other);
    return this;
  }

  /** The rules that the plugin for a rule breaks. */
  Set<String> broken(String rule) {
    Set<String> broken = new TreeSet<>(Set.of(rule));
    if (companions.containsKey(rule)) {
      broken.add(companions.get(rule));
    }
    return broken;
  }

  List<String> rules() {
    return new ArrayList<>(byRule.keySet());
  }

  Supplier<P> plugin(String rule) {
    return byRule.get(rule);
  }

  static Object answer(Call call) throws Throwable {
    return call.proceed();
  }
}
