import ArgumentParser
import Pipeline
import Policy

/// Asks a running tracer, or tells it to do something.
struct Ctl: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Asks a running tracer, or has it reload or stop.",
    discussion: """
      The tracer is the one that was started with --control PATH, as the service is. Exits with 2 \
      when it does not answer.
      """,
    subcommands: [
      CtlStatus.self, CtlReload.self, CtlLedger.self, CtlMetrics.self, CtlStop.self,
    ])

  /// The socket of the service.
  static let socket = "/run/tracee-policy/ctl.sock"

  struct Options: ParsableArguments {
    @Option(help: "The tracer's control socket.", completion: .file())
    var control = Ctl.socket

    @Option(help: "How long to wait for the answer: 500ms, 30s, 2m.")
    var timeout = TraceDuration(.seconds(30))

    /// Asks for a page.
    ///
    /// - Throws: the exit code, after the reason was printed.
    func ask(_ page: String, method: String = "GET") throws(ExitCode) -> ControlClient.Answer {
      do throws(ControlClient.Failure) {
        let client = ControlClient(control)
        let answer = try client.ask(page, method: method, timeout: timeout.duration)
        if [200, 409].contains(answer.code) { return answer }
        StandardError.say("the tracer answered \(answer.code): \(answer.body.dropLast())")
      } catch {
        StandardError.say(error.description)
      }
      throw .worldRefused
    }
  }

  /// How an answer is shown.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }
}

struct CtlReload: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload",
    abstract: "Has the policies read again, and waits for the verdict.",
    discussion: """
      The verdict is about the files as they are now, also when another reload is under way. Exits \
      with 0 when they are in force, with 1 when they were refused and the old ones stay, and with 2 \
      when there is no verdict in time.
      """)

  @OptionGroup var options: Ctl.Options

  @Option(help: "How the verdict is shown.")
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
    abstract: "Shows which policies are in force, and what is lost.",
    discussion: """
      Exits with 1 when the policies in force are not what their files were at the last reading: \
      they were refused, or the last good set is traced by. With --against also when the files in \
      force are not those of DIR.
      """)

  @OptionGroup var options: Ctl.Options

  @Option(help: "How it is shown.")
  var format = Ctl.Format.text

  @Option(
    help: ArgumentHelp(
      "Compare the files in force with those of a directory, by name and SHA-256.",
      discussion: "Several directories with colons between them stand for what wins among them.",
      valueName: "dir"),
    completion: .directory)
  var against: String?

  func run() throws {
    let answer = try options.ask(format == .text ? "/status.txt" : "/status")
    var differences: [String] = []
    if let against { differences = try compare(against) }
    try StandardOutput.write(answer.body)
    for difference in differences { StandardError.say("drift: \(difference)") }
    guard answer.condition == "current", differences.isEmpty else { throw ExitCode.findings }
  }

  private func compare(_ path: String) throws(ExitCode) -> [String] {
    let loaded = SetContents(listing: try options.ask("/files.txt").body)
    let set = PolicySet.load(paths: [path])
    for failure in set.failures { StandardError.say("\(failure.path): \(failure.reason)") }
    guard set.failures.isEmpty else { throw .worldRefused }
    return loaded.differences(to: SetContents(sources: set.sources))
  }
}

struct CtlLedger: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Shows what became of all packets so far.")

  @OptionGroup var options: Ctl.Options

  @Option(help: "How it is shown.")
  var format = Ctl.Format.json

  func run() throws {
    try StandardOutput.write(
      try options.ask(format == .text ? "/ledger.txt" : "/ledger").body)
  }
}

struct CtlMetrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Shows all metrics, as Prometheus reads them.")

  @OptionGroup var options: Ctl.Options

  func run() throws { try StandardOutput.write(try options.ask("/metrics").body) }
}

struct CtlStop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Has the tracer stop, and waits until it has ended.")

  @OptionGroup var options: Ctl.Options

  func run() throws { _ = try options.ask("/stop", method: "POST") }
}
