package org.edgevlm.testkit;

/** What a cache policy may lack; expected unless {@link CachePolicyContract#lacks} names it. */
public enum PolicyBehavior {
  /** It sets budgets, so that it drops entries of a cache of 120 without another policy's help. */
  DROPS_ALONE
}
