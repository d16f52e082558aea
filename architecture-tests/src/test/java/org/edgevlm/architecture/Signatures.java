package org.edgevlm.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.CanBeAnnotated;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.edgevlm.spi.Api;

/** What compiled plugins link to: one line for each public or protected type and member. */
final class Signatures {

  private Signatures() {}

  /** Sorted lines: status, type, member with descriptor, modifiers that matter. */
  static Set<String> of(JavaClasses classes) {
    Set<String> lines = new TreeSet<>();
    for (JavaClass type : classes) {
      if (isVisible(type)) {
        Api.Status status = statusOf(type);
        lines.add(status + " " + type.getName() + " " + kind(type));
        Stream.concat(type.getMethods().stream(), type.getConstructors().stream())
            .filter(Signatures::isVisible)
            .forEach(unit -> lines.add(line(status, type, unit)));
        type.getFields().stream()
            .filter(Signatures::isVisible)
            .forEach(field -> lines.add(line(status, type, field)));
      }
    }
    return lines;
  }

  private static boolean isVisible(JavaClass type) {
    Set<JavaModifier> modifiers = type.getModifiers();
    boolean visible =
        modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    return visible && type.getEnclosingClass().map(Signatures::isVisible).orElse(true);
  }

  private static boolean isVisible(JavaMember member) {
    Set<JavaModifier> modifiers = member.getModifiers();
    return !modifiers.contains(JavaModifier.SYNTHETIC)
        && (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED));
  }

  /** A nested type's status is that of the type around it, unless it has its own. */
  private static Api.Status statusOf(JavaClass type) {
    return ownStatus(type)
        .or(() -> type.getEnclosingClass().map(Signatures::statusOf))
        .orElseThrow(() -> new AssertionError(type.getName() + " has no @Api"));
  }

  private static Optional<Api.Status> ownStatus(CanBeAnnotated element) {
    if (!element.isAnnotatedWith(Api.class)) {
      return Optional.empty();
    }
    if (element instanceof JavaClass type) {
      return Optional.of(type.getAnnotationOfType(Api.class).status());
    }
    return Optional.of(((JavaMember) element).getAnnotationOfType(Api.class).status());
  }

  private static String kind(JavaClass type) {
    String kind =
        type.isRecord()
            ? "record"
            : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
    String modifiers = modifiers(type.getModifiers(), JavaModifier.FINAL, JavaModifier.ABSTRACT);
    String above =
        Stream.concat(type.getRawSuperclass().stream(), type.getRawInterfaces().stream())
            .map(JavaClass::getName)
            .filter(name -> !name.equals("java.lang.Object"))
            .sorted()
            .collect(Collectors.joining(" "));
    return (kind + " " + modifiers + " " + above).strip().replaceAll(" +", " ");
  }

  private static String line(Api.Status status, JavaClass type, JavaCodeUnit unit) {
    return line(
        status, type, unit, unit.getDescriptor(), JavaModifier.STATIC, JavaModifier.ABSTRACT);
  }

  private static String line(Api.Status status, JavaClass type, JavaField field) {
    return line(
        status, type, field, " " + field.getDescriptor(), JavaModifier.STATIC, JavaModifier.FINAL);
  }

  private static String line(
      Api.Status status,
      JavaClass type,
      JavaMember member,
      String descriptor,
      JavaModifier... modifiers) {
    return (ownStatus(member).orElse(status)
            + " "
            + type.getName()
            + "#"
            + member.getName()
            + descriptor
            + " "
            + modifiers(member.getModifiers(), modifiers))
        .strip();
  }

  private static String modifiers(Set<JavaModifier> all, JavaModifier... wanted) {
    return Stream.of(wanted)
        .filter(all::contains)
        .map(modifier -> modifier.name().toLowerCase(java.util.Locale.ROOT))
        .collect(Collectors.joining(" "));
  }
}
