// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A finding as one of lint's formats shows it.
struct ReportedFinding: Hashable, CustomStringConvertible {
  var severity: String
  var code: String
  var file: String
  /// Nil when the finding is about the whole file.
  var line: Int?
  var column: Int?

  var description: String {
    "\(file):\(line.map(String.init) ?? "-"):\(column.map(String.init) ?? "-") \(severity) \(code)"
  }

  /// The findings that an output shows, in its order.
  ///
  /// Throws when the output is not what its format demands.
  static func all(in output: String, format: String) throws -> [ReportedFinding] {
    switch format {
    case "text": try inText(output)
    case "concise": try inLines(output)
    case "github": try inCommands(output)
    case "json": try inJSON(output)
    default: try inSARIF(output)
    }
  }

  private static func inText(_ output: String) throws -> [ReportedFinding] {
    let finding = /(?m)^(error|warning|note)\[([a-z-]+)\]: .+\n *--> ([^:\n]+)(?::(\d+):(\d+))?$/
    return output.matches(of: finding).map { match in
      ReportedFinding(
        severity: String(match.1), code: String(match.2), file: String(match.3),
        line: match.4.flatMap { Int($0) }, column: match.5.flatMap { Int($0) })
    }
  }

  private static func inLines(_ output: String) throws -> [ReportedFinding] {
    try output.split(separator: "\n").map { line in
      let form = /([^:]+)(?::(\d+):(\d+))?: (error|warning|note): .+ \[([a-z-]+)\]/
      let match = try #require(try form.wholeMatch(in: line), "\(line)")
      return ReportedFinding(
        severity: String(match.4), code: String(match.5), file: String(match.1),
        line: match.2.flatMap { Int($0) }, column: match.3.flatMap { Int($0) })
    }
  }

  private static func inCommands(_ output: String) throws -> [ReportedFinding] {
    try output.split(separator: "\n").map { line in
      let form = /::(error|warning|notice) (.+?)::.+/
      let match = try #require(try form.wholeMatch(in: line), "\(line)")
      var properties: [Substring: String] = [:]
      for property in match.2.split(separator: ",") {
        let parts = property.split(separator: "=", maxSplits: 1)
        if parts.count == 2 { properties[parts[0]] = String(parts[1]) }
      }
      return ReportedFinding(
        severity: match.1 == "notice" ? "note" : String(match.1),
        code: try #require(properties["title"]), file: try #require(properties["file"]),
        line: properties["line"].flatMap { Int($0) }, column: properties["col"].flatMap { Int($0) })
    }
  }

  private static func object(_ output: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
    return try #require(value as? [String: Any])
  }

  private static func inJSON(_ output: String) throws -> [ReportedFinding] {
    let found = try #require(try object(output)["findings"] as? [[String: Any]])
    return try found.map { finding in
      let start = (finding["range"] as? [String: Any])?["start"] as? [String: Any]
      return ReportedFinding(
        severity: try #require(finding["severity"] as? String),
        code: try #require(finding["code"] as? String),
        file: try #require(finding["file"] as? String), line: start?["line"] as? Int,
        column: start?["column"] as? Int)
    }
  }

  private static func inSARIF(_ output: String) throws -> [ReportedFinding] {
    let runs = try #require(try object(output)["runs"] as? [[String: Any]])
    let results = try #require(runs.first?["results"] as? [[String: Any]])
    return try results.map { result in
      let locations = try #require(result["locations"] as? [[String: Any]])
      let place = try #require(locations.first?["physicalLocation"] as? [String: Any])
      let artifact = try #require(place["artifactLocation"] as? [String: Any])
      let uri = try #require(artifact["uri"] as? String)
      let url = try #require(URL(string: uri))
      let region = place["region"] as? [String: Any]
      return ReportedFinding(
        severity: try #require(result["level"] as? String),
        code: try #require(result["ruleId"] as? String), file: url.path,
        line: region?["startLine"] as? Int, column: region?["startColumn"] as? Int)
    }
  }
}
