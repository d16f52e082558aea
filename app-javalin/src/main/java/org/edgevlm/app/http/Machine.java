package org.edgevlm.app.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.edgevlm.app.json.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HardwareAbstractionLayer;

/** What the machine says of itself: load, temperature and memory, where it does. */
final class Machine {

  private static final Logger LOG = LoggerFactory.getLogger(Machine.class);

  private final HardwareAbstractionLayer hardware;
  private long[] ticks;

  private Machine(HardwareAbstractionLayer hardware) {
    this.hardware = hardware;
    this.ticks = hardware == null ? new long[0] : hardware.getProcessor().getSystemCpuLoadTicks();
  }

  /** This machine; one that says nothing where the system can't be asked. */
  static Machine current() {
    try {
      return new Machine(new SystemInfo().getHardware());
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("no measurements of the machine: {}", e.toString());
      return new Machine(null);
    }
  }

  /** Writes what is known; the load is that since the last time it was asked for. */
  synchronized void writeTo(ObjectNode json) {
    if (hardware == null) {
      return;
    }
    CentralProcessor processor = hardware.getProcessor();
    json.put("processors", processor.getLogicalProcessorCount());
    json.put("cpu_load", Json.rounded(processor.getSystemCpuLoadBetweenTicks(ticks)));
    ticks = processor.getSystemCpuLoadTicks();
    double celsius = hardware.getSensors().getCpuTemperature();
    if (celsius > 0) {
      json.put("cpu_celsius", Json.rounded(celsius));
    }
    GlobalMemory memory = hardware.getMemory();
    json.put("memory_bytes", memory.getTotal());
    json.put("memory_available_bytes", memory.getAvailable());
  }
}
