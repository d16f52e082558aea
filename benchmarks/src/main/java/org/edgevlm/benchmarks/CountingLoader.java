package org.edgevlm.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Loads this program's class path once more, with the engine's calls of ggml counted and its
 * computations timed: each call of a native method in the engine's classes is preceded by one of
 * {@link NativeCalls}. The engine itself needs no hook for it.
 */
final class CountingLoader extends URLClassLoader {

  private static final String ENGINE = "org.edgevlm.plugin.llamacpp.bytedeco.";
  private static final String NATIVE_CLASS = "org/edgevlm/plugin/llamacpp/bytedeco/ggml/Ggml";
  private static final String COMPUTE = "ggml_backend_graph_compute";
  private static final String COUNTER = "org/edgevlm/benchmarks/NativeCalls";
  private static final String NO_ARGUMENTS = "()V";

  private final Set<String> natives = new HashSet<>();

  CountingLoader() {
    super(classPath(), ClassLoader.getPlatformClassLoader());
    new ClassReader(bytes(NATIVE_CLASS))
        .accept(
            new ClassVisitor(Opcodes.ASM9) {
              @Override
              public MethodVisitor visitMethod(
                  int access, String name, String type, String signature, String[] exceptions) {
                if ((access & Opcodes.ACC_NATIVE) != 0) {
                  natives.add(name + type);
                }
                return null;
              }
            },
            ClassReader.SKIP_CODE);
  }

  private static URL[] classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(
            entry -> {
              try {
                return Path.of(entry).toUri().toURL();
              } catch (MalformedURLException e) {
                throw new IllegalStateException(entry, e);
              }
            })
        .toArray(URL[]::new);
  }

  private byte[] bytes(String internalName) {
    try (InputStream in = getResourceAsStream(internalName + ".class")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(internalName, e);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String internalName = name.replace('.', '/');
    if (!name.startsWith(ENGINE) || findResource(internalName + ".class") == null) {
      return super.findClass(name);
    }
    byte[] code = counting(bytes(internalName));
    return defineClass(name, code, 0, code.length);
  }

  private byte[] counting(byte[] original) {
    ClassReader reader = new ClassReader(original);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String type, String signature, String[] exceptions) {
            return new Counting(super.visitMethod(access, name, type, signature, exceptions));
          }
        },
        0);
    return writer.toByteArray();
  }

  private final class Counting extends MethodVisitor {

    Counting(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String type, boolean isInterface) {
      boolean counted = owner.equals(NATIVE_CLASS) && natives.contains(name + type);
      boolean computes = counted && name.equals(COMPUTE);
      if (counted) {
        tell("called");
      }
      if (computes) {
        tell("computeBegins");
      }
      super.visitMethodInsn(opcode, owner, name, type, isInterface);
      if (computes) {
        tell("computeEnds");
      }
    }

    private void tell(String method) {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, COUNTER, method, NO_ARGUMENTS, false);
    }
  }
}
