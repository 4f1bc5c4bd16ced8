import ArgumentParser
import Pipeline

/// What a tracer needs that runs as a service.
struct ServiceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Answer `tracee-policy ctl` at this socket.",
      discussion: "Only root and the tracer's own user may ask there."),
    completion: .file())
  var control: String?

  @Option(
    help: ArgumentHelp(
      "Answer Prometheus here: unix:PATH or 127.0.0.1:PORT.",
      discussion: "/metrics has everything that is counted, /healthz is 200 while tracing goes on.",
      valueName: "listen"),
    transform: MetricsArgument.parse)
  var metrics: Listener.Address?

  @Option(
    help:
      "Write the metrics to this file every 15 seconds, for node_exporter's textfile collector.",
    completion: .file(extensions: ["prom"]))
  var metricsFile: String?

  @Option(
    help: ArgumentHelp(
      "Keep the last good set of policies in this directory.",
      discussion: "When the files are broken at the start, it is traced by.", valueName: "dir"),
    completion: .directory)
  var state: String?
}
