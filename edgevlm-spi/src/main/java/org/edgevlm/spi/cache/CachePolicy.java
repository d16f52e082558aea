package org.edgevlm.spi.cache;

import org.edgevlm.spi.Api;

/**
 * Decides what a session's cache keeps. Policies compose: those configured are asked in order about
 * one {@link RetentionPlan}; one may set the layers' budgets and another the entries' scores.
 * Stateless: what it needs to know of a session is in the observation, so one policy serves many
 * sessions and threads.
 */
@Api(status = Api.Status.STABLE, since = "0.1")
public interface CachePolicy extends AutoCloseable {

  /** The attention sums it scores by. */
  default AttentionTracking attention() {
    return AttentionTracking.NONE;
  }

  /**
   * Whether anything is to be dropped now. Asked after the prefill and after each settled token, so
   * it is cheap.
   */
  boolean isDue(CacheObservation observation);

  /**
   * Adds this policy's wishes to a plan: budgets, scores, protected entries. Called when any policy
   * is due.
   */
  void plan(CacheObservation observation, RetentionPlan plan);

  /** Frees what the policy holds. Idempotent. */
  @Override
  default void close() {}
}
