package org.edgevlm.plugin.llamacpp.jni.grammar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.edgevlm.plugin.llamacpp.jni.Stock;
import org.edgevlm.spi.inference.Grammar;
import org.edgevlm.spi.inference.GrammarException;
import org.edgevlm.spi.inference.InferenceSession;
import org.edgevlm.spi.inference.LanguageModel;
import org.edgevlm.spi.inference.TokenConstraint;
import org.edgevlm.spi.inference.Tokenizer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Grammars and JSON schemas with the default model's vocabulary. */
class GrammarTest {

  private static LanguageModel model;

  @BeforeAll
  static void open() {
    model = Stock.open(Stock.MODEL);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static TokenConstraint gbnf(String text) {
    return model.constrain(new Grammar(Grammar.Kind.GBNF, text));
  }

  private static TokenConstraint schema(String text) {
    return model.constrain(new Grammar(Grammar.Kind.JSON_SCHEMA, text));
  }

  /** An answer of the real model, its most likely allowed token each time; noise varies it. */
  private static String answer(TokenConstraint constraint, long seed, int most) {
    Random random = new Random(seed);
    Tokenizer tokenizer = model.tokenizer();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (InferenceSession session = Stock.session(model)) {
      float[] logits = Stock.row(Stock.feed(session, tokenizer.encode("USER: what?", false)), 0);
      for (int i = 0; i < most; i++) {
        for (int t = 0; t < logits.length; t++) {
          logits[t] += (float) (5 * random.nextGaussian());
        }
        constraint.mask(logits);
        int best = 0;
        for (int t = 0; t < logits.length; t++) {
          best = logits[t] > logits[best] ? t : best;
        }
        assertTrue(logits[best] > Float.NEGATIVE_INFINITY, "something must be allowed");
        assertTrue(constraint.allows(best));
        constraint.accept(best);
        if (tokenizer.isEndOfGeneration(best)) {
          return text.toString(StandardCharsets.UTF_8);
        }
        text.writeBytes(tokenizer.piece(best));
        logits = Stock.row(Stock.feed(session, best), 0);
      }
    }
    return text.toString(StandardCharsets.UTF_8) + "…";
  }

  @Test
  void answersAreDerivedFromTheGrammar() {
    for (int seed = 0; seed < 10; seed++) {
      try (TokenConstraint c = gbnf("root ::= (\"red\" | \"green\") \", \" [0-9]{2,3} \".\"")) {
        String answer = answer(c, seed, 40);
        assertTrue(answer.matches("(red|green), [0-9]{2,3}\\."), answer);
      }
    }
  }

  @Test
  void maskAllowsWhatAllowsSays() {
    try (TokenConstraint c = gbnf("root ::= \"the \" [a-m]+")) {
      for (String piece : new String[] {"t", "h", "e", " "}) {
        c.accept(model.tokenizer().encode(piece, false).length == 1 ? token(piece) : token(piece));
      }
      float[] logits = new float[model.tokenizer().size()];
      logits[7] = Float.NEGATIVE_INFINITY;
      c.mask(logits);
      int allowed = 0;
      for (int t = 0; t < logits.length; t++) {
        if (t != 7) {
          assertEquals(c.allows(t), logits[t] == 0, "token " + t);
        }
        allowed += logits[t] == 0 ? 1 : 0;
      }
      assertTrue(allowed >= 13 && allowed < logits.length / 2, allowed + " allowed");
    }
  }

  /** The token for exactly these bytes. */
  private static int token(String piece) {
    byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
    for (int t = 0; t < model.tokenizer().size(); t++) {
      if (java.util.Arrays.equals(bytes, model.tokenizer().piece(t))) {
        return t;
      }
    }
    throw new AssertionError("no token for '" + piece + "'");
  }

  private static float[] masked(TokenConstraint constraint) {
    float[] logits = new float[model.tokenizer().size()];
    constraint.mask(logits);
    return logits;
  }

  @Test
  void whatIsntAllowedChangesNothing() {
    int end = 2;
    assertTrue(model.tokenizer().isEndOfGeneration(end));
    try (TokenConstraint c = gbnf("root ::= \"ab\"")) {
      float[] before = masked(c);
      for (int token : new int[] {token("b"), end, 0, 1}) {
        assertFalse(c.allows(token));
        assertThrows(IllegalArgumentException.class, () -> c.accept(token));
      }
      for (int token : new int[] {-1, model.tokenizer().size()}) {
        assertThrows(IllegalArgumentException.class, () -> c.accept(token));
        assertThrows(IllegalArgumentException.class, () -> c.allows(token));
      }
      assertThrows(IllegalArgumentException.class, () -> c.mask(new float[3]));
      assertArrayEquals(before, masked(c));
      c.accept(token("a"));
      assertFalse(c.allows(end));
      c.accept(token("b"));
      assertTrue(c.allows(end));
      assertFalse(c.allows(token("b")));
      c.accept(end);
    }
  }

  @Test
  void copiesGoTheirOwnWay() {
    TokenConstraint first = gbnf("root ::= \"a\" (\"b\" | \"c\") \"d\"");
    first.accept(token("a"));
    try (TokenConstraint second = first.copy()) {
      first.accept(token("b"));
      assertTrue(second.allows(token("c")));
      assertFalse(first.allows(token("c")));
      assertThrows(IllegalStateException.class, () -> checkedClose(model));
      first.close();
      first.close();
      assertThrows(IllegalStateException.class, () -> first.allows(1));
      assertThrows(IllegalStateException.class, () -> first.accept(1));
      assertThrows(IllegalStateException.class, () -> first.mask(new float[1]));
      assertThrows(IllegalStateException.class, first::copy);
      second.accept(token("c"));
      assertTrue(second.allows(token("d")));
    }
  }

  private static void checkedClose(LanguageModel open) {
    open.close();
  }

  private static final String SCENE =
      """
      {"type": "object",
       "properties": {
         "colour": {"enum": ["red", "light \\"blue\\"", 7]},
         "count": {"type": "integer", "minimum": 1, "maximum": 20},
         "note": {"type": "string", "minLength": 1, "maxLength": 12},
         "tags": {"type": "array", "items": {"type": "string", "maxLength": 5},
                  "minItems": 1, "maxItems": 3},
         "sure": {"type": ["boolean", "null"]}},
       "required": ["colour", "tags"],
       "additionalProperties": false}
      """;

  @Test
  void answersAreValuesThatTheSchemaAccepts() throws IOException {
    int optional = 0;
    for (int seed = 0; seed < 8; seed++) {
      try (TokenConstraint c = schema(SCENE)) {
        String answer = answer(c, seed, 400);
        JsonNode json = new ObjectMapper().readTree(answer);
        String colour = json.get("colour").toString();
        assertTrue(
            colour.equals("\"red\"") || colour.equals("7") || colour.contains("blue"), answer);
        JsonNode tags = json.get("tags");
        assertTrue(tags.size() >= 1 && tags.size() <= 3, answer);
        tags.forEach(tag -> assertTrue(tag.textValue().codePoints().count() <= 5, answer));
        if (json.has("count")) {
          assertTrue(json.get("count").intValue() >= 1 && json.get("count").intValue() <= 20);
          optional++;
        }
        if (json.has("note")) {
          long length = json.get("note").textValue().codePoints().count();
          assertTrue(length >= 1 && length <= 12, answer);
        }
        if (json.has("sure")) {
          assertTrue(json.get("sure").isNull() || json.get("sure").isBoolean(), answer);
        }
      }
    }
    assertTrue(optional > 0 && optional < 8, "both kinds were seen: " + optional);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "`true` ; `[1, {\"a\": null}]` ; `[1,]`",
        "`{}` ; `\"x\"` ; `x`",
        "`{\"type\": \"number\"}` ; `-1.5e3` ; `1.`",
        "`{\"type\": \"integer\"}` ; `-12` ; `01`",
        "`{\"type\": \"string\"}` ; `\"a\\nb\\u00e9\"` ; `\"a`",
        "`{\"const\": {\"a\": [1, 2]}}` ; `{\"a\":[1,2]}` ; `{\"a\":[1,3]}`",
        "`{\"type\": \"object\"}` ; `{\"q\": {}}` ; `{q: 1}`",
        "`{\"type\": \"object\", \"additionalProperties\": {\"type\": \"null\"}}`"
            + " ; `{\"q\": null}` ; `{\"q\": 1}`",
        "`{\"type\": \"array\", \"maxItems\": 0}` ; `[]` ; `[1]`",
        "`{\"type\": \"array\", \"minItems\": 2}` ; `[1, 2, 3]` ; `[1]`",
        "`{\"anyOf\": [{\"type\": \"null\"}, {\"$ref\": \"#/$defs/n\"}],"
            + " \"$defs\": {\"n\": {\"type\": \"integer\"}}}` ; `5` ; `true`",
        "`{\"$ref\": \"#/$defs/tree\", \"$defs\": {\"tree\": {\"type\": \"array\","
            + " \"items\": {\"$ref\": \"#/$defs/tree\"}}}}` ; `[[], [[]]]` ; `[1]`"
      })
  void readsTheKeywords(String schema, String valid, String invalid) {
    assertTrue(accepts(schema, valid), valid);
    assertFalse(accepts(schema, invalid), invalid);
  }

  private static boolean accepts(String schema, String text) {
    try (TokenConstraint c = schema(schema)) {
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        int token = token(new String(new byte[] {b}, StandardCharsets.ISO_8859_1));
        if (!c.allows(token)) {
          return false;
        }
        c.accept(token);
      }
      return c.allows(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "`{` ; no JSON",
        "`{} {}` ; no JSON",
        "`{\"type\": 1, \"type\": 2}` ; no JSON",
        "`7` ; expected a schema",
        "`false` ; expected a schema",
        "`{\"type\": \"thing\"}` ; expected one of",
        "`{\"$ref\": \"http://example.org/x\"}` ; only references inside",
        "`{\"$ref\": \"file:///etc/passwd\"}` ; only references inside",
        "`{\"$ref\": \"#/nowhere\"}` ; not in the schema",
        "`{\"$ref\": \"#\"}` ; left recursion",
        "`{\"type\": \"string\", \"pattern\": \"a+\"}` ; 'pattern' is not supported",
        "`{\"type\": \"number\", \"minimum\": 0}` ; 'minimum' is not supported",
        "`{\"oneOf\": [true]}` ; 'oneOf' is not supported",
        "`{\"type\": \"string\", \"maxLength\": 100000}` ; from 0 to 1000",
        "`{\"type\": \"string\", \"maxLength\": -1}` ; from 0 to 1000",
        "`{\"type\": \"string\", \"minLength\": 5, \"maxLength\": 2}` ; least number",
        "`{\"type\": \"integer\", \"minimum\": 0, \"maximum\": 100000000}` ; at most 1000",
        "`{\"type\": \"array\", \"minItems\": 1e9}` ; from 0 to 1000",
        "`{\"type\": \"object\", \"properties\": {}, \"required\": [\"a\"]}` ; has no schema",
        "`{\"type\": \"string\", \"enum\": [1]}` ; not of the schema's type"
      })
  void refusesSchemas(String schema, String message) {
    GrammarException e = assertThrows(GrammarException.class, () -> schema(schema).close());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void refusesWhatIsTooDeepOrLarge() {
    String deep = "{\"type\":\"array\",\"items\":".repeat(500) + "true" + "}".repeat(500);
    assertThrows(GrammarException.class, () -> schema(deep).close());
    String deeper = "[".repeat(100_000);
    assertThrows(GrammarException.class, () -> schema(deeper).close());
    String nested =
        "{\"type\":\"array\",\"maxItems\":900,\"items\":".repeat(3) + "true" + "}".repeat(3);
    assertThrows(GrammarException.class, () -> schema(nested).close());
    assertThrows(GrammarException.class, () -> gbnf("").close());
  }

  @ParameterizedTest
  @ValueSource(strings = {"root ::= \"\\x00\"", "root ::= .", "root ::= [^a]*", "root ::= \"\""})
  void oddGrammarsDontHurt(String grammar) {
    try (TokenConstraint c = gbnf(grammar)) {
      for (int t = 0; t < model.tokenizer().size(); t++) {
        try (TokenConstraint copy = c.copy()) {
          if (copy.allows(t)) {
            copy.accept(t);
            masked(copy);
          }
        }
      }
    }
  }
}
