package org.edgevlm.plugin.cache.gear;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.edgevlm.spi.Capability;
import org.edgevlm.spi.ConfigKey;
import org.edgevlm.spi.ConfigValues;
import org.edgevlm.spi.PluginContext;
import org.edgevlm.spi.PluginException;
import org.edgevlm.spi.Spi;
import org.edgevlm.spi.cache.CachePolicy;
import org.edgevlm.spi.cache.CachePolicyProvider;
import org.edgevlm.spi.cache.KvCompression;

/** Registers {@code gear-quantised}: {@link Quantised}. */
public final class QuantisedProvider implements CachePolicyProvider {

  private static final String ID = "gear-quantised";
  private static final int LARGEST_BLOCK = 64;
  private static final int MANY = 1 << 20;

  private static final ConfigKey<Integer> BITS =
      ConfigKey.integer("bits", 4, 2, 4, "bits of a number of K and V: 2 or 4");
  private static final ConfigKey<Integer> RANK =
      ConfigKey.integer(
          "rank",
          2,
          0,
          KvCompression.MOST_RANK,
          "rank of the correction for each head of 64 entries; fewer entries get a part of it");
  private static final ConfigKey<Double> OUTLIERS =
      ConfigKey.decimal(
          "outliers",
          0.02,
          0,
          KvCompression.MOST_OUTLIERS,
          "share of the numbers that are stored apart");
  private static final ConfigKey<Integer> BLOCK =
      ConfigKey.integer(
          "block",
          LARGEST_BLOCK,
          Quantised.SMALLEST_BLOCK,
          LARGEST_BLOCK,
          "entries that are compressed together at most while decoding; a quarter of the cache"
              + " where that is less");
  private static final ConfigKey<Integer> RECENT =
      ConfigKey.integer("recent_tokens", 0, 0, MANY, "latest entries that are never compressed");

  /** Called by {@link java.util.ServiceLoader}. */
  public QuantisedProvider() {}

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "drops nothing and stores K and V in 4 or 2 bits, as in the GEAR paper";
  }

  @Override
  public List<ConfigKey<?>> configKeys() {
    return List.of(BITS, RANK, OUTLIERS, BLOCK, RECENT);
  }

  @Override
  public Set<Capability> requires() {
    return EnumSet.of(Capability.LAYERWISE_KV, Capability.KV_QUANTIZATION);
  }

  @Override
  public CachePolicy create(PluginContext context) {
    ConfigValues config = context.config();
    int bits = config.get(BITS);
    if (bits == 3) {
      throw new PluginException(ID + ".bits is 3: it must be 2 or 4");
    }
    return new Quantised(
        new KvCompression(bits, config.get(RANK), config.get(OUTLIERS)),
        config.get(BLOCK),
        config.get(RECENT));
  }
}
