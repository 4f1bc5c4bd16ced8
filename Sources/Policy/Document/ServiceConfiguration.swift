// SPDX-License-Identifier: Apache-2.0

/// What a service is started with, from a file such as `/etc/tracee-policy/config.yaml`.
///
/// Each key is also an option of `apply`, which wins. Values are texts here; the options' own readers decide what they mean.
public struct ServiceConfiguration: Equatable, Sendable {
  /// One key of the file.
  public struct Key: Equatable, Sendable {
    /// What stands behind a key.
    public enum Form: Equatable, Sendable {
      case text, list, flag, texts
    }

    /// The key of the setting, as the file and, after `--`, the option have it.
    public let name: String
    /// The form of the setting's value.
    public let form: Form
    /// What it is for, for the schema and the documentation.
    public let summary: String
  }

  /// All keys, in the order in which the documentation has them.
  public static let keys: [Key] = [
    Key("policies", .list, "files and directories with policies, as for --policy"),
    Key("outputs", .list, "where events go, as for --output"),
    Key("variables", .texts, "values for ${NAME} in policies, as for --set"),
    Key("signatures", .list, "programs that find by signatures of their own, as for --signature"),
    Key("control", .text, "the socket of `ctl`, as for --control"),
    Key("metrics", .text, "where Prometheus reads, as for --metrics"),
    Key("metrics-file", .text, "a file of metrics for node_exporter, as for --metrics-file"),
    Key("state", .text, "the directory for the last good set, as for --state"),
    Key("watch", .flag, "whether changed files are read again, as for --watch"),
    Key("buffer", .text, "the ring between kernel and tracer, as for --buffer"),
    Key("cgroup", .text, "the cgroup that is traced, as for --cgroup"),
    Key("hardening", .text, "what the tracer gives up, as for --hardening"),
    Key("stats-file", .text, "the file of the ledger, as for --stats-file"),
    Key("stats-every", .text, "how often it is written, as for --stats-every"),
  ]

  /// The value of each key of form `text` that is there, with its place.
  public private(set) var texts: [String: SourceText] = [:]
  /// The values of each key of form `list` that is there.
  public private(set) var lists: [String: [SourceText]] = [:]
  /// The value of each key of form `flag` that is there.
  public private(set) var flags: [String: Bool] = [:]
  /// The values of variables by name.
  public private(set) var variables: [String: String] = [:]

  /// Makes a configuration without a key.
  public init() {}

  /// Reads a file; everything that is wrong with its shape is a finding.
  public static func parse(_ file: SourceFile) -> (ServiceConfiguration, [Diagnostic]) {
    let stream = YAMLStream(reading: file)
    var configuration = ServiceConfiguration()
    var diagnostics = stream.diagnostics
    for (index, root) in stream.documents.enumerated() {
      guard index == 0 else {
        diagnostics.append(.secondDocument(root, file.name))
        break
      }
      configuration.take(root, of: file.name, &diagnostics)
    }
    return (configuration, Diagnostic.sorted(diagnostics, by: [file.name]))
  }

  private mutating func take(
    _ root: YAMLNode, of source: String, _ diagnostics: inout [Diagnostic]
  ) {
    let names = Self.keys.map(\.name)
    guard let top = KeyedNode(root, "the configuration", keys: names, source: source, &diagnostics)
    else { return }
    for key in Self.keys {
      guard let node = top[key.name], !node.isNull else { continue }
      let noun = "`\(key.name)`"
      switch (key.form, node.content) {
      case (.text, .scalar(let text, _)): texts[key.name] = text
      case (.flag, .scalar(let text, _)):
        if let flag = ["true": true, "false": false][text.text] {
          flags[key.name] = flag
        } else {
          diagnostics.append(.wrongType(node, source, wanted: "true or false", of: noun))
        }
      case (.list, .sequence(let elements)):
        lists[key.name] = elements.compactMap { element in
          if let text = element.text, !element.isNull { return text }
          diagnostics.append(.wrongType(element, source, wanted: "text", of: "a value of \(noun)"))
          return nil
        }
      case (.list, .scalar(let text, _)): lists[key.name] = [text]
      case (.texts, .mapping(let entries)):
        for entry in entries { takeVariable(entry, source, &diagnostics) }
      case (.text, _), (.flag, _):
        diagnostics.append(.wrongType(node, source, wanted: "text", of: noun))
      case (.list, _): diagnostics.append(.wrongType(node, source, wanted: "a list", of: noun))
      case (.texts, _): diagnostics.append(.wrongType(node, source, wanted: "a mapping", of: noun))
      }
    }
  }

  /// A variable has a text, or a list of texts, which are joined with commas as filters have them.
  private mutating func takeVariable(
    _ entry: YAMLNode.Entry, _ source: String, _ diagnostics: inout [Diagnostic]
  ) {
    guard let name = entry.key.text, Variables.isName(name.text) else {
      diagnostics.append(.noName(entry.key, source))
      return
    }
    let elements: [YAMLNode]
    if case .sequence(let several) = entry.value.content {
      elements = several
    } else {
      elements = [entry.value]
    }
    var values: [String] = []
    for element in elements {
      guard let text = element.text, !element.isNull else {
        diagnostics.append(
          .wrongType(element, source, wanted: "text", of: "the value of `\(name.text)`"))
        return
      }
      values.append(text.text)
    }
    variables[name.text] = values.joined(separator: ",")
  }
}

extension ServiceConfiguration.Key {
  fileprivate init(_ name: String, _ form: Form, _ summary: String) {
    self.init(name: name, form: form, summary: summary)
  }
}

extension Diagnostic {
  /// A value of the configuration that its option does not take.
  public static func invalidSetting(_ value: SourceText, _ key: String, _ reason: String) -> Self {
    Self(
      .invalidValue, "`\(value.text)` is no value for `\(key)`", source: value.source,
      range: value.range, help: reason)
  }

  fileprivate static func noName(_ node: YAMLNode, _ source: String) -> Self {
    Self(
      .invalidName, "this cannot be the name of a variable", source: source,
      range: node.range, help: "a name has letters, digits and `_`, and no digit first")
  }

  fileprivate static func secondDocument(_ node: YAMLNode, _ source: String) -> Self {
    let place = node.range.start
    return Self(
      .syntax, "a configuration is one document", source: source,
      range: SourceRange(start: place, end: place))
  }
}
