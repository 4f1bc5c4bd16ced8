// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline

/// The options for a tracer that runs as a service.
struct ServiceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Open this socket for tracee-policy ctl.",
      discussion: "Only root and the tracer's own user may connect."),
    completion: .file())
  var control: String?

  @Option(
    help: ArgumentHelp(
      "Serve metrics to Prometheus at unix:PATH or 127.0.0.1:PORT.",
      discussion: "/metrics has all counters; /healthz answers 200 while tracing.",
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
      discussion: "If the files are broken at the start, tracing starts with that set.",
      valueName: "dir"),
    completion: .directory)
  var state: String?
}
