package org.edgevlm.app.service;

import static org.edgevlm.spi.ConfigKey.flag;
import static org.edgevlm.spi.ConfigKey.integer;
import static org.edgevlm.spi.ConfigKey.list;
import static org.edgevlm.spi.ConfigKey.text;

import java.util.List;
import org.edgevlm.spi.ConfigKey;

/** The server's keys beside the address and the port. */
public final class ServerKeys {

  /** Where the token is. */
  public static final ConfigKey<String> TOKEN_FILE =
      text(
          "server.token_file",
          "",
          "a file with the token that clients send as 'Authorization: Bearer …'; the environment"
              + " variable EDGEVLM_TOKEN goes over it; without either, none is asked for");

  /** Whether a server without a token may be reached from elsewhere. */
  public static final ConfigKey<Boolean> INSECURE =
      flag(
          "server.insecure",
          false,
          "true lets anybody who reaches an address other than the loopback one ask, without a"
              + " token");

  /** Names that clients may call this server by. */
  public static final ConfigKey<List<String>> ALLOWED_HOSTS =
      list(
          "server.allowed_hosts",
          List.of(),
          "names that requests may have in their Host header, beside localhost and addresses in"
              + " figures");

  /** Pages that may ask from a browser. */
  public static final ConfigKey<List<String>> CORS_ORIGINS =
      list(
          "server.cors_origins",
          List.of(),
          "other sites whose pages may ask, as in [https://example.org]; none by default");

  /** Requests that may wait. */
  public static final ConfigKey<Integer> QUEUE =
      integer("server.queue", 16, 1, 1024, "requests that may wait for the model");

  /** Requests at a time. */
  public static final ConfigKey<Integer> REQUESTS =
      integer(
          "server.requests",
          32,
          1,
          1024,
          "requests that are read, wait, are answered or are sent at a time; each has a thread");

  /** Memory for bodies. */
  public static final ConfigKey<Integer> UPLOAD_MB =
      integer(
          "server.upload_mb",
          160,
          1,
          65_536,
          "memory for the pictures of all requests at a time, in MB; a JSON body counts four times"
              + " its size");

  /** Time for a body to arrive. */
  public static final ConfigKey<Integer> UPLOAD_SECONDS =
      integer("server.upload_seconds", 30, 1, 3600, "how long a request's body may take to arrive");

  /** Time for an answer. */
  public static final ConfigKey<Integer> DEADLINE_SECONDS =
      integer(
          "server.deadline_seconds",
          120,
          1,
          86_400,
          "how long a request may take from its place in the queue to its answer");

  /** Time for the model to respond. */
  public static final ConfigKey<Integer> STUCK_SECONDS =
      integer(
          "server.stuck_seconds",
          120,
          1,
          86_400,
          "a model that takes longer for one step is taken for stuck, and its request given up");

  /** Time to stop. */
  public static final ConfigKey<Integer> STOP_SECONDS =
      integer(
          "server.stop_seconds",
          20,
          0,
          3600,
          "how long requests may go on when the server is told to stop");

  /** Whether there is a benchmark route. */
  public static final ConfigKey<Boolean> BENCHMARK =
      flag("server.benchmark", false, "true answers POST /benchmark, which keeps the model busy");

  /** All of them, in the order in which users see them. */
  public static final List<ConfigKey<?>> ALL =
      List.of(
          TOKEN_FILE,
          INSECURE,
          ALLOWED_HOSTS,
          CORS_ORIGINS,
          QUEUE,
          REQUESTS,
          UPLOAD_MB,
          UPLOAD_SECONDS,
          DEADLINE_SECONDS,
          STUCK_SECONDS,
          STOP_SECONDS,
          BENCHMARK);

  private ServerKeys() {}
}
