// SPDX-License-Identifier: Apache-2.0

/// Renders findings for people: the message, the place, the line with carets, and the help.
public struct TextRenderer: Sendable {
  /// Whether to use colours (escape sequences of ECMA-48).
  public var isColoured: Bool
  private let sources: [String: SourceFile]

  /// Creates a renderer that shows lines of these sources; of sources with the same name, the first is used.
  public init(sources: [SourceFile], isColoured: Bool = false) {
    self.isColoured = isColoured
    self.sources = Dictionary(
      sources.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Returns the findings in their order, each followed by an empty line.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) + "\n" }.joined()
  }

  private func render(_ diagnostic: Diagnostic) -> String {
    let colour = Style(diagnostic.severity)
    let title = styled("\(diagnostic.severity.rawValue)[\(diagnostic.code)]", colour)
    var text = title + styled(": \(Visible.text(diagnostic.message))", .strong) + "\n"
    let places = [diagnostic.range].compactMap { $0 } + diagnostic.related.map(\.range)
    let gutter = String(places.map(\.start.line).max() ?? 1).count
    let margin = String(repeating: " ", count: gutter)

    text += place("-->", diagnostic.source, diagnostic.range, margin)
    if let range = diagnostic.range {
      text += excerpt(diagnostic.source, range, margin, colour, mark: "^", label: "")
    }
    for related in diagnostic.related {
      text += place(":::", related.source, related.range, margin)
      text += excerpt(
        related.source, related.range, margin, .dim, mark: "-",
        label: " " + Visible.text(related.message))
    }
    if let help = diagnostic.help {
      text += "\(margin) \(styled("=", .dim)) \(styled("help", .strong)): \(Visible.text(help))\n"
    }
    return text
  }

  private func place(
    _ arrow: String, _ source: String, _ range: SourceRange?, _ margin: String
  ) -> String {
    let point = range.map { ":\($0.start.line):\($0.start.column)" } ?? ""
    return "\(margin)\(styled(arrow, .dim)) \(Visible.text(source))\(point)\n"
  }

  private func excerpt(
    _ source: String, _ range: SourceRange, _ margin: String, _ style: Style, mark: Character,
    label: String
  ) -> String {
    guard let file = sources[source] else { return "" }
    let excerpt = Excerpt(of: range, in: file, mark: mark)
    let number = String(excerpt.number)
    let padding = margin.dropLast(number.count)
    let bar = styled("|", .dim)
    let line = excerpt.line.isEmpty ? "" : " " + excerpt.line
    return "\(margin) \(bar)\n"
      + "\(padding)\(styled(number, .dim)) \(bar)\(line)\n"
      + "\(margin) \(bar) \(styled(excerpt.marks + label, style))\n"
  }

  private func styled(_ text: String, _ style: Style) -> String {
    isColoured ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// A text style, by its SGR parameters.
  private enum Style: String {
    case strong = "1"
    case dim = "2"
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"

    init(_ severity: Diagnostic.Severity) {
      self =
        switch severity {
        case .error: .error
        case .warning: .warning
        case .note: .note
        }
    }
  }
}
