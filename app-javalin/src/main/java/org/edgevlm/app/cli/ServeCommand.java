package org.edgevlm.app.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.edgevlm.app.http.HttpService;
import org.edgevlm.runtime.EdgeVlm;
import org.edgevlm.runtime.config.Configuration;
import org.edgevlm.runtime.config.CoreKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code edgevlm serve}. */
@Command(
    name = "serve",
    description = {
      "Answers over HTTP until it is stopped; docs/api.md describes the interface.",
      "It has no passwords: listen on the loopback address or behind something that has."
    })
final class ServeCommand implements Callable<Integer> {

  @ParentCommand private RootCommand root;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port to listen on; 0 takes a free one. Default: server.port.")
  private String port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address to listen on. Default: server.host, which is 127.0.0.1.")
  private String host;

  @Override
  public Integer call() throws InterruptedException {
    Console console = root.console();
    Installation installation = Installation.find();
    Configuration configuration = installation.configuration(root);
    String address = host == null ? configuration.get(CoreKeys.SERVER_HOST) : host;
    HttpService service = HttpService.start(configuration, address, port(configuration));
    EdgeVlm edgeVlm;
    try {
      edgeVlm = installation.open(configuration, console);
    } catch (RuntimeException e) {
      service.close();
      throw e;
    }
    // Requests in progress are answered first; then the model is closed.
    Thread stop =
        new Thread(
            () -> {
              service.close();
              edgeVlm.close();
            },
            "edgevlm-stop");
    Runtime.getRuntime().addShutdownHook(stop);
    service.ready(edgeVlm);
    console.print("EdgeVLM listens on " + service.address());
    new CountDownLatch(1).await();
    return ExitCode.OK;
  }

  private int port(Configuration configuration) {
    if (port == null) {
      return configuration.get(CoreKeys.SERVER_PORT);
    }
    try {
      return CoreKeys.SERVER_PORT.parse(port);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, "--port " + port + " is " + e.getMessage(), e);
    }
  }
}
