package org.edgevlm.runtime.config;

import static org.edgevlm.spi.ConfigKey.bytes;
import static org.edgevlm.spi.ConfigKey.choice;
import static org.edgevlm.spi.ConfigKey.decimal;
import static org.edgevlm.spi.ConfigKey.flag;
import static org.edgevlm.spi.ConfigKey.integer;
import static org.edgevlm.spi.ConfigKey.list;
import static org.edgevlm.spi.ConfigKey.text;

import java.util.List;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.decoding.SamplingParameters;
import org.edgevlm.spi.vision.ImageLimits;

/** The keys that belong to no plugin. */
public final class CoreKeys {

  /** The value of a key that leaves the choice to the program. */
  public static final String AUTO = "auto";

  /** Runs the language model. */
  public static final ConfigKey<String> BACKEND =
      text("backend", "llamacpp-bytedeco", "the plugin that runs the language model");

  /** Turns pixels into embeddings. */
  public static final ConfigKey<String> ENCODER =
      text(
          "encoder",
          AUTO,
          "the plugin that turns pixels into embeddings; auto takes the backend's own, or the one"
              + " with the highest priority");

  /** Decodes images. */
  public static final ConfigKey<String> VISION =
      text("vision", "opencv", "the plugin that decodes and resizes images");

  /** Cache policies in the order in which they are asked. */
  public static final ConfigKey<List<String>> CACHE =
      list("cache", List.of(), "the plugins that decide what the KV cache forgets, in order");

  /** Chooses tokens. */
  public static final ConfigKey<String> DECODING =
      text("decoding", "autoregressive", "the plugin that drives the model from token to token");

  /** Whether a set that doesn't fit is degraded instead of refused. */
  public static final ConfigKey<Boolean> DEGRADE =
      flag(
          "degrade",
          false,
          "true does without cache policies, a decoding strategy or a grammar that the backend"
              + " can't do, with a warning; false refuses them");

  /** The model's name or path. */
  public static final ConfigKey<String> MODEL =
      text(
          "model",
          "edgevlm-tiny",
          "a name in the folder models, or a path: a folder with a GGUF pair, the language model's"
              + " GGUF, or both files with a comma between");

  /** Largest memory of a model that is loaded; 0 for auto. */
  public static final ConfigKey<Long> MEMORY_LIMIT =
      bytes(
          "memory_limit",
          AUTO,
          "a model that is estimated to need more is refused; auto goes by this machine's memory");

  /** Which template lays out the prompt. */
  public static final ConfigKey<String> PROMPT_TEMPLATE =
      text(
          "prompt_template",
          AUTO,
          "how a prompt is laid out, with {image} and {question}; auto takes the model file's own");

  /** What a caption asks the model. */
  public static final ConfigKey<String> CAPTION_PROMPT =
      text("caption_prompt", AUTO, "what a caption asks; auto takes the model file's own words");

  /** Longest answer, in tokens. */
  public static final ConfigKey<Integer> MAX_LENGTH =
      integer("max_length", 64, 1, 4096, "the longest answer, in tokens");

  /** Largest encoded image. */
  public static final ConfigKey<Long> IMAGE_MAX_BYTES =
      bytes("image.max_bytes", "32MB", "the largest image file that is read");

  /** Longest side of an image. */
  public static final ConfigKey<Integer> IMAGE_MAX_SIDE =
      integer(
          "image.max_side",
          ImageLimits.DEFAULT.maxSide(),
          1,
          65_535,
          "the widest or highest image that is decoded, in pixels");

  /** Most pixels of an image. */
  public static final ConfigKey<Integer> IMAGE_MAX_PIXELS =
      integer(
          "image.max_pixels",
          Math.toIntExact(ImageLimits.DEFAULT.maxPixels()),
          1,
          Integer.MAX_VALUE,
          "the largest image that is decoded, width times height");

  /** Memory for images that were encoded. */
  public static final ConfigKey<Integer> IMAGE_CACHE_MB =
      integer(
          "image.cache_mb",
          32,
          0,
          65_536,
          "memory of the server for encoded images, in MB, so that the same image again costs no"
              + " encoding; 0 keeps none");

  /** How images of another aspect ratio are treated. */
  public static final ConfigKey<ResizeChoice> IMAGE_RESIZE =
      choice(
          "image.resize",
          ResizeChoice.AUTO,
          "how an image is brought to the encoder's shape; auto is what the encoder asks for");

  /** How pixels are made when an image is resized. */
  public static final ConfigKey<InterpolationChoice> IMAGE_INTERPOLATION =
      choice(
          "image.interpolation",
          InterpolationChoice.AUTO,
          "how pixels are made when resizing; auto is what the encoder asks for");

  /** Sampling temperature. */
  public static final ConfigKey<Double> SAMPLING_TEMPERATURE =
      decimal("sampling.temperature", 0, 0, 100, "0 always takes the most likely token");

  /** Top-k sampling. */
  public static final ConfigKey<Integer> SAMPLING_TOP_K =
      integer(
          "sampling.top_k",
          0,
          0,
          Integer.MAX_VALUE,
          "choose among this many of the likeliest tokens; 0 for all");

  /** Top-p sampling. */
  public static final ConfigKey<Double> SAMPLING_TOP_P =
      decimal(
          "sampling.top_p",
          1,
          1e-6,
          1,
          "choose among the fewest tokens whose probabilities reach this; 1 for all");

  /** Min-p sampling. */
  public static final ConfigKey<Double> SAMPLING_MIN_P =
      decimal("sampling.min_p", 0, 0, 1, "drop tokens below this fraction of the best; 0 for none");

  /** Repetition penalty. */
  public static final ConfigKey<Double> SAMPLING_REPETITION_PENALTY =
      decimal(
          "sampling.repetition_penalty",
          1,
          0.01,
          10,
          "above 1 makes tokens already in the answer less likely");

  /** Seed of the sampler. */
  public static final ConfigKey<Integer> SAMPLING_SEED =
      integer("sampling.seed", 0, 0, Integer.MAX_VALUE, "the same seed gives the same answer");

  /** Address that the server binds. */
  public static final ConfigKey<String> SERVER_HOST =
      text("server.host", "127.0.0.1", "the address to listen on; 0.0.0.0 is every interface");

  /** Port that the server binds. */
  public static final ConfigKey<Integer> SERVER_PORT =
      integer("server.port", 8080, 0, 65_535, "the port to listen on; 0 takes a free one");

  /** All of them, in the order in which users see them. */
  public static final List<ConfigKey<?>> ALL =
      List.of(
          BACKEND,
          ENCODER,
          VISION,
          CACHE,
          DECODING,
          DEGRADE,
          MODEL,
          MEMORY_LIMIT,
          PROMPT_TEMPLATE,
          CAPTION_PROMPT,
          MAX_LENGTH,
          IMAGE_MAX_BYTES,
          IMAGE_MAX_SIDE,
          IMAGE_MAX_PIXELS,
          IMAGE_CACHE_MB,
          IMAGE_RESIZE,
          IMAGE_INTERPOLATION,
          SAMPLING_TEMPERATURE,
          SAMPLING_TOP_K,
          SAMPLING_TOP_P,
          SAMPLING_MIN_P,
          SAMPLING_REPETITION_PENALTY,
          SAMPLING_SEED,
          SERVER_HOST,
          SERVER_PORT);

  private CoreKeys() {}

  /** The limits that {@code image.max_*} set. */
  public static ImageLimits imageLimits(ConfigValues values) {
    long maxBytes = values.get(IMAGE_MAX_BYTES);
    return new ImageLimits(
        maxBytes == 0 ? ImageLimits.DEFAULT.maxBytes() : maxBytes,
        values.get(IMAGE_MAX_SIDE),
        values.get(IMAGE_MAX_PIXELS));
  }

  /** What {@code sampling.*} sets for requests that say nothing else. */
  public static SamplingParameters sampling(ConfigValues values) {
    return new SamplingParameters(
        values.get(SAMPLING_TEMPERATURE),
        values.get(SAMPLING_TOP_K),
        values.get(SAMPLING_TOP_P),
        values.get(SAMPLING_MIN_P),
        values.get(SAMPLING_REPETITION_PENALTY),
        values.get(SAMPLING_SEED));
  }
}
