package org.edgevlm.app.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.edgevlm.app.http.HttpService;
import org.edgevlm.app.service.AccessToken;
import org.edgevlm.app.service.ServerKeys;
import org.edgevlm.app.service.ServerSettings;
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
      "On another address than the loopback one it asks for a token: put it into the environment"
          + " variable EDGEVLM_TOKEN or the file server.token_file."
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

  @Option(
      names = "--insecure",
      description = "Lets anybody who reaches the address ask, without a token.")
  private boolean insecure;

  @Override
  public Integer call() throws InterruptedException {
    Console console = root.console();
    Installation installation = Installation.find();
    Configuration configuration = installation.configuration(root);
    String address = host == null ? configuration.get(CoreKeys.SERVER_HOST) : host;
    Optional<AccessToken> token = AccessToken.find(System.getenv(), configuration);
    boolean open = insecure || configuration.get(ServerKeys.INSECURE);
    if (token.isEmpty() && !open) {
      requireLoopback(address);
    }
    ServerSettings settings = ServerSettings.of(configuration);
    HttpService service =
        HttpService.start(configuration, settings, token, address, port(configuration));
    Shutdown shutdown = Shutdown.onSignal(service::stop);
    try {
      service.ready(installation.open(configuration, console, service.progress(), shutdown));
    } catch (RuntimeException | Error e) {
      service.close();
      throw e;
    }
    console.print("EdgeVLM listens on " + service.address());
    new CountDownLatch(1).await();
    return ExitCode.OK;
  }

  private static void requireLoopback(String address) {
    try {
      if (InetAddress.getByName(address).isLoopbackAddress()) {
        return;
      }
    } catch (UnknownHostException e) {
      throw new CliException(ExitCode.USAGE, "no address is called '" + address + "'", e);
    }
    throw new CliException(
        ExitCode.USAGE,
        "others can reach "
            + address
            + ": set a token in the environment variable "
            + AccessToken.VARIABLE
            + " or in the file "
            + ServerKeys.TOKEN_FILE
            + ", or let anybody in with --insecure",
        null);
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
