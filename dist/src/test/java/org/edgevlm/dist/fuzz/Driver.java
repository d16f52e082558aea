package org.edgevlm.dist.fuzz;

/** Does to the backends what one line of a corpus says. */
@FunctionalInterface
interface Driver {

  /**
   * Runs a line.
   *
   * @throws Calls.Finding if something came out that may not
   */
  void run(String line) throws Exception;
}
