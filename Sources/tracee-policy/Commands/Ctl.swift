// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy

/// Queries or controls a running tracer.
struct Ctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Query or control a running tracer.",
    discussion: """
      The tracer must have been started with --control PATH, as the service is. Exits with 2 if it \
      does not answer.
      """,
    subcommands: [
      CtlStatus.self, CtlReload.self, CtlLedger.self, CtlMetrics.self, CtlStop.self,
    ])

  /// The socket of the service.
  static let socket = "/run/tracee-policy/ctl.sock"

  struct Options: ParsableArguments {
    @Option(help: "Connect to this control socket of a tracer.", completion: .file())
    var control = Ctl.socket

    @Option(help: "Wait at most this long for the answer: 500ms, 30s, 2m.")
    var timeout = TraceDuration(.seconds(30))

    /// Returns the tracer's answer to a request.
    ///
    /// - Throws: exit code 2, after printing why there is no answer.
    func ask(_ page: String, method: String = "GET") throws(ExitCode) -> ControlClient.Answer {
      do throws(ControlClient.Failure) {
        let client = ControlClient(control)
        let answer = try client.ask(page, method: method, timeout: timeout.duration)
        if [200, 409].contains(answer.code) { return answer }
        StandardError.report("the tracer answered \(answer.code): \(answer.body.dropLast())")
      } catch {
        StandardError.report(error.description)
      }
      throw .worldRefused
    }
  }

  /// The output format of an answer.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }
}

struct CtlReload: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload",
    abstract: "Reload the policies, and wait for the result.",
    discussion: """
      The result is about the files as they are now, even if another reload is in progress. Exits \
      with 0 if they are in force, with 1 if they were refused and the old policies stay in force, \
      and with 2 if there is no result in time.
      """)

  @OptionGroup var options: Ctl.Options

  @Option(help: "The output format.")
  var format = Ctl.Format.text

  func run() throws {
    let answer = try options.ask(
      format == .text ? "/reload.txt" : "/reload", method: "POST")
    guard answer.code == 409 else { return try StandardOutput.write(answer.body) }
    if format == .json {
      try StandardOutput.write(answer.body)
    } else {
      StandardError.write(answer.body, .error)
    }
    throw ExitCode.findings
  }
}

struct CtlStatus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show which policies are in force, and how many events are lost.",
    discussion: """
      Exits with 1 if the policies in force differ from their files at the last reload, because the \
      files were refused or the last good set is in force. With --against, also if the files in \
      force differ from those of DIR.
      """)

  @OptionGroup var options: Ctl.Options

  @Option(help: "The output format.")
  var format = Ctl.Format.text

  @Option(
    help: ArgumentHelp(
      "Compare the files in force with those of a directory, by name and SHA-256.",
      discussion: "Separate several directories with colons; the first that has a file name wins.",
      valueName: "dir"),
    completion: .directory)
  var against: String?

  func run() throws {
    let answer = try options.ask(format == .text ? "/status.txt" : "/status")
    var differences: [String] = []
    if let against { differences = try compare(against) }
    try StandardOutput.write(answer.body)
    for difference in differences { StandardError.report("drift: \(difference)") }
    guard answer.condition == "current", differences.isEmpty else { throw ExitCode.findings }
  }

  private func compare(_ path: String) throws(ExitCode) -> [String] {
    let loaded = SetContents(listing: try options.ask("/files.txt").body)
    let set = PolicySet.load(paths: [path])
    for failure in set.failures { StandardError.report("\(failure.path): \(failure.reason)") }
    guard set.failures.isEmpty else { throw .worldRefused }
    return loaded.differences(to: SetContents(sources: set.sources))
  }
}

struct CtlLedger: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Show the packet and event totals so far.")

  @OptionGroup var options: Ctl.Options

  @Option(help: "The output format.")
  var format = Ctl.Format.json

  func run() throws {
    try StandardOutput.write(
      try options.ask(format == .text ? "/ledger.txt" : "/ledger").body)
  }
}

struct CtlMetrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Show all metrics in the text format of Prometheus.")

  @OptionGroup var options: Ctl.Options

  func run() throws { try StandardOutput.write(try options.ask("/metrics").body) }
}

struct CtlStop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop the tracer, and wait until it has ended.")

  @OptionGroup var options: Ctl.Options

  func run() throws { _ = try options.ask("/stop", method: "POST") }
}
