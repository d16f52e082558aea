package org.edgevlm.reference;

import java.util.List;
import org.edgevlm.spi.PluginProvider;
import org.edgevlm.spi.Spi;

/** What the reference providers share: an id, and a diary of what happened, for tests. */
abstract class ReferenceProvider implements PluginProvider {

  private final String id;
  private final List<String> diary;

  ReferenceProvider(String id, List<String> diary) {
    this.id = id;
    this.diary = diary;
  }

  void note(String event) {
    diary.add(id + " " + event);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public int spiVersion() {
    return Spi.VERSION;
  }

  @Override
  public String description() {
    return "A small plain plugin for tests";
  }
}
