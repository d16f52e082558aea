package org.edgevlm.testkit;

import java.util.Objects;

/** What the groups of rules for backends have in common: the backend they are held against. */
abstract class BackendRules {

  private final BackendFixture fixture;

  BackendRules(BackendFixture fixture) {
    this.fixture = Objects.requireNonNull(fixture, "fixture");
  }

  BackendFixture backend() {
    return fixture;
  }
}
