package org.edgevlm.spi;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a plugin author may expect of a type, or of one of its members, in later versions. */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.FIELD})
@Api(status = Api.Status.STABLE, since = "0.1")
public @interface Api {

  /** How firm it is. */
  Status status();

  /** The version that brought it. */
  String since();

  /** Degrees of firmness. */
  enum Status {
    /** Compiled plugins go on working until {@link Spi#VERSION} is raised. */
    STABLE,
    /** New, and may change in the next version; compiled plugins may break. */
    EXPERIMENTAL,
    /** On its way out; its javadoc names what replaces it. */
    DEPRECATED
  }
}
