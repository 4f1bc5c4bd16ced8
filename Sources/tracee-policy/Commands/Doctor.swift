import ArgumentParser
import Pipeline

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what this machine offers, and what would be missing.",
    discussion: "Loads the BPF programs to try them; attaches nothing. Exits with 0 or 2.")

  func run() throws {
    var isMissing = false
    for requirement in Requirement.allCases {
      let line: String
      do throws(KernelError) {
        line = "ok       \(requirement.summary): \(try requirement.check())\n"
      } catch {
        isMissing = true
        line = "missing  \(requirement.summary): \(error)\n"
      }
      try StandardOutput.write(line)
    }
    if isMissing { throw ExitCode.worldRefused }
  }
}
