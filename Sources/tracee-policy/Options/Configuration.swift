// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy

/// A configuration file with its values parsed as those of the options are.
struct Configuration: Sendable {
  let source: SourceFile
  /// The values as written.
  let values: ServiceConfiguration
  /// The findings about the file.
  private(set) var diagnostics: [Diagnostic]

  private(set) var outputs: [Destination] = []
  private(set) var signatures: [ProgramArgument] = []
  private(set) var metrics: Listener.Address?
  private(set) var buffer: ByteSize?
  private(set) var hardening: HardeningArgument?
  private(set) var statsEvery: TraceDuration?

  /// Parses a file that was read.
  init(_ source: SourceFile) {
    self.source = source
    (values, diagnostics) = ServiceConfiguration.parse(source)
    for text in values.lists["outputs"] ?? [] {
      do throws(Destination.ParsingError) {
        let output = try Destination(parsing: text.text)
        if let fault = OutputOptions.collision(of: output, with: outputs) {
          diagnostics.append(.invalidSetting(text, "outputs", fault))
        }
        outputs.append(output)
      } catch { diagnostics.append(.invalidSetting(text, "outputs", error.description)) }
    }
    for text in values.lists["signatures"] ?? [] {
      do throws(ProgramArgument.ParsingError) {
        signatures.append(try ProgramArgument(parsing: text.text))
      } catch { diagnostics.append(.invalidSetting(text, "signatures", error.description)) }
    }
    metrics = take("metrics", Listener.Address.init(parsing:), MetricsArgument.forms)
    buffer = take("buffer", ByteSize.init(argument:), "a whole number with K, M or G: 64M")
    hardening = take(
      "hardening", HardeningArgument.init(argument:),
      "all, none, or some of capabilities, no-new-privileges, landlock, seccomp")
    statsEvery = take(
      "stats-every", TraceDuration.init(argument:), "a whole number with ms, s, m or h: 10s")
  }

  private mutating func take<Value>(
    _ key: String, _ read: (String) -> Value?, _ forms: String
  ) -> Value? {
    guard let text = values.texts[key] else { return nil }
    let value = read(text.text)
    if value == nil { diagnostics.append(.invalidSetting(text, key, "it takes \(forms)")) }
    return value
  }

  /// Returns the text of a key; nil if the key is missing.
  subscript(key: String) -> String? { values.texts[key]?.text }

  /// The paths of policies.
  var policies: [String] { (values.lists["policies"] ?? []).map(\.text) }

  /// Whether there is no finding of error severity.
  var isGood: Bool { !diagnostics.contains { $0.severity == .error } }

  /// The findings as text.
  var remarks: String { TextRenderer(sources: [source]).render(diagnostics) }

  /// Returns the configuration in a file.
  ///
  /// - Throws: the exit code, after printing everything that is wrong.
  static func read(_ path: String) throws(ExitCode) -> Configuration {
    let source: SourceFile
    do throws(SourceFailure) { source = try SourceFile.read(path) } catch {
      StandardError.report("\(error.path): \(error.reason)")
      throw .worldRefused
    }
    let configuration = Configuration(source)
    guard configuration.isGood else {
      StandardError.write(configuration.remarks, .error)
      throw .findings
    }
    return configuration
  }
}

/// An address of metrics on the command line.
enum MetricsArgument {
  static let forms = "unix:PATH, an IPv4 address and a port (127.0.0.1:9435), or [::1]:9435"

  /// Returns the address in the argument of `--metrics`.
  static func parse(_ argument: String) throws -> Listener.Address {
    guard let address = Listener.Address(parsing: argument) else {
      throw ValidationError("`\(argument)` is not an address; write \(forms)")
    }
    return address
  }
}
