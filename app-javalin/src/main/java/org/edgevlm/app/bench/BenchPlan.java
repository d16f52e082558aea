package org.edgevlm.app.bench;

import java.util.List;

/**
 * What is measured and what it is held against.
 *
 * @param settings the first is what the others are compared with
 * @param claims about them
 */
public record BenchPlan(List<BenchSetting> settings, List<Claim> claims) {

  public BenchPlan {
    settings = List.copyOf(settings);
    claims = List.copyOf(claims);
  }
}
