package org.edgevlm.plugin.llamacpp.jni.grammar;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.edgevlm.spi.inference.GrammarException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which grammars reach llama.cpp. */
class GbnfCheckTest {

  private static String refuse(String grammar) {
    return assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () -> assertThrows(GrammarException.class, () -> GbnfCheck.check(grammar)))
        .getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root ::= \"a\"",
        "# a note\nroot ::= a | b # more\na ::= \"x\"\nb ::= [a-z]+ \"\\n\" \"\\u00e9\"\n",
        "root ::= (\"a\" |\n \"b\")* \"c\"? \"d\"{2} \"e\"{1,} \"f\"{0,3} [^\\]x] .",
        "root ::= \"\" \"a\"",
        "root ::= \"[\" (root (\",\" root)*)? \"]\" | [0-9]",
        "root ::= item root | item\nitem ::= \"- \" [^\\n]+ \"\\n\"",
        "root ::= \"\\x41\\U0001F600\\\\\\\"\\[\\]\""
      })
  void letsGoodGrammarsThrough(String grammar) {
    assertDoesNotThrow(() -> GbnfCheck.check(grammar));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "`` ; no rule 'root'",
        "`a ::= \"x\"` ; no rule 'root'",
        "`root ::= missing` ; 'missing' is used but not defined",
        "`root ::= \"x` ; ends inside",
        "`root ::= [a-z` ; ends inside",
        "`root ::= []` ; empty",
        "`root ::= [z-a]` ; backwards",
        "`root ::= (\"a\"` ; expected ')'",
        "`root ::= \"a\")` ; end of the line",
        "`root ::= *` ; nothing to repeat",
        "`root ::= \"\"*` ; nothing to repeat",
        "`root ::= \"a\"{3,2}` ; is none",
        "`root ::= \"a\"{0}` ; is none",
        "`root ::= \"a\"{1001}` ; 0 to 1000",
        "`root ::= \"a\"{99999999999999}` ; 0 to 1000",
        "`root ::= \"a\"{,3}` ; number of times",
        "`root ::= \"\\q\"` ; no escape",
        "`root ::= \"\\xZZ\"` ; hexadecimal",
        "`root ::= \"\\UFFFFFFFF\"` ; no such character",
        "`root ::= \"a\" root ::= \"b\"` ; end of the line",
        "`root = \"a\"` ; expected '::='",
        "`::= \"a\"` ; name of a rule"
      })
  void saysWhatIsWrong(String grammar, String message) {
    String actual = refuse(grammar);
    assertTrue(actual.contains(message), actual);
  }

  @Test
  void saysWhere() {
    String message = refuse("root ::= \"a\"\nb ::= \"x\" $");
    assertTrue(message.contains("line 2, column 11"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root ::= root \"a\" | \"b\"",
        "root ::= a\na ::= b \"x\"\nb ::= root | \"y\"",
        // llama.cpp's own check sees emptiness in one step only, and then recurses without end
        "root ::= b root \"a\" | \"z\"\nb ::= c\nc ::= \"x\" | \"\"",
        "root ::= (\"a\"?)*",
        "root ::= (\"a\"*)* \"b\"",
        "root ::= (\"a\"?)+"
      })
  void refusesLeftRecursion(String grammar) {
    String message = refuse(grammar);
    assertTrue(message.contains("left recursion"), message);
  }

  @Test
  void refusesWhatGrowsWithoutBounds() {
    StringBuilder twice = new StringBuilder("root ::= a0\n");
    StringBuilder chain = new StringBuilder("root ::= a0\n");
    for (int i = 0; i < 60; i++) {
      twice.append("a" + i + " ::= a" + (i + 1) + " \"x\" | a" + (i + 1) + " \"y\"\n");
    }
    for (int i = 0; i < 2000; i++) {
      chain.append("a" + i + " ::= a" + (i + 1) + "\n");
    }
    assertTrue(refuse(twice + "a60 ::= \"z\"").contains("ways to begin"));
    assertTrue(refuse(chain + "a2000 ::= \"z\"").contains("begin with each other"));
    assertTrue(refuse("root ::= " + "(".repeat(5000)).contains("nested"));
    assertTrue(refuse("root ::= ((\"a\"{1,200}){1,200})").contains("repeats too much"));
    assertTrue(refuse("root ::= ((([a-z]{9}){900}){900})").contains("repeats too much"));
    assertTrue(refuse("root ::= (\"abcdefghij\"){0,1000}".repeat(9)).contains("end of the line"));
    assertTrue(refuse("root ::= " + "\"abcdefghij\"{0,1000} ".repeat(9)).contains("too large"));
    assertTrue(refuse("root ::= \"" + "a".repeat(70_000) + "\"").contains("characters"));
    assertTrue(refuse("root ::= (\"a\"? | \"b\"?) \"c\"").contains("empty in several ways"));
    assertTrue(
        refuse("root ::= \"a\" root t | \"b\"\nt ::= \"x\" | \"\"").contains("contains itself"));
  }
}
