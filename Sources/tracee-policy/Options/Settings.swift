// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy
import System

/// The settings of `apply`: those of options, then those of the configuration.
struct Settings: Sendable {
  let selection: Selection
  let outputs: [Destination]
  /// Whether the outputs are the configuration's: their routes may then name policies that are not in the plan.
  let hasConfiguredOutputs: Bool
  let statsFile: String?
  let statsEvery: TraceDuration?
  let buffer: ByteSize?
  let cgroup: String?
  let hardening: HardeningArgument
  let isWatching: Bool
  let control: String?
  let metrics: Listener.Address?
  let metricsFile: String?
  let state: String?
  /// The policies to preview; nil if there are none.
  let preview: Selection?
  /// The width of tables, in columns; 0 for no limit, nil for that of the terminal.
  let width: Int?

  /// Merges options and the configuration that they name.
  ///
  /// - Parameter programs: the programs of signatures, which have started.
  /// - Throws: the exit code, after printing everything that is wrong.
  init(
    _ options: Apply, _ configuration: Configuration?, _ variables: Variables,
    _ programs: [SignatureProgram]
  ) throws(ExitCode) {
    selection = Selection(options.selection, configuration, variables, programs)
    hasConfiguredOutputs =
      options.output.outputs.isEmpty && !(configuration?.outputs.isEmpty ?? true)
    outputs = hasConfiguredOutputs ? configuration?.outputs ?? [] : options.output.outputs
    statsFile = options.statsFile ?? configuration?["stats-file"]
    statsEvery = options.statsEvery ?? configuration?.statsEvery
    buffer = options.buffer ?? configuration?.buffer
    cgroup = options.cgroup ?? configuration?["cgroup"]
    hardening = options.hardening ?? configuration?.hardening ?? .all
    isWatching = options.watch || configuration?.values.flags["watch"] ?? false
    control = options.service.control ?? configuration?["control"]
    metrics = options.service.metrics ?? configuration?.metrics
    metricsFile = options.service.metricsFile ?? configuration?["metrics-file"]
    state = options.service.state ?? configuration?["state"]
    preview = options.preview.map { [selection] in Selection(path: $0, variablesOf: selection) }
    width = options.output.width
    if let fault = OutputOptions.fault(in: outputs) ?? fault {
      StandardError.report(fault)
      throw .validationFailure
    }
  }

  /// The settings that cannot be combined, as one sentence; nil if there are none.
  private var fault: String? {
    if isWatching && selection.paths.isEmpty { return "--watch needs policy files" }
    if state != nil && selection.paths.isEmpty { return "--state needs policy files" }
    if statsEvery != nil && statsFile == nil { return "--stats-every needs --stats-file" }
    return nil
  }

  /// The place of the last good set; nil if none is kept.
  var lastGood: LastGoodSet? { state.map { LastGoodSet(in: $0) } }

  /// The files that tracing needs after the start.
  var access: FileAccess {
    var access = FileAccess()
    if let cgroup { access.read(cgroup: cgroup) }
    for path in selection.watchedPaths + (preview?.watchedPaths ?? []) {
      access.read(policies: path)
    }
    for output in outputs { access.write(output) }
    for path in [statsFile, control, metricsFile, lastGood?.path].compactMap(\.self) {
      access.write(path)
    }
    return access
  }
}
