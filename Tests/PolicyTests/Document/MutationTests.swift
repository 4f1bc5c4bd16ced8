// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// Policies that are right, with one word changed in every way a hand slips.
struct MutationTests {
  private static let plain = """
    type: policy
    name: web-egress
    scope:
      - comm=nginx
      - uid=1000
    rules:
      - event: net_packet_tcp
        filters:
          - data.dst_port=443
          - data.dst=192.0.2.0/24
        actions:
          - log
    defaultActions:
      - print
    """

  private static let resource = """
    apiVersion: tracee.aquasec.com/v1beta1
    kind: Policy
    metadata:
      name: web-egress
    spec:
      scope:
        - not-container
      rules:
        - event: net_packet_udp
          filters:
            - data.metadata.direction=egress
    """

  private static func check(_ text: String) -> CheckedSet {
    PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))]).checked()
  }

  /// Words that may be anything, so that another one is as right.
  private static let free: Set<String> = ["web-egress", "nginx"]

  /// A place where a word stands, and its line from 1.
  private static func words(_ text: String) -> [(range: Range<String.Index>, line: Int)] {
    text.matches(of: /[A-Za-z_\-\/]{2,}[A-Za-z0-9_\-\/]*/).compactMap { match in
      guard !free.contains(String(match.output)) else { return nil }
      return (match.range, 1 + text[..<match.range.lowerBound].count { $0 == "\n" })
    }
  }

  @Test(arguments: [plain, resource]) func `they are right`(text: String) {
    #expect(Self.check(text).diagnostics.isEmpty)
  }

  @Test(arguments: [plain, resource])
  func `a word with a letter lost, doubled, wrong or exchanged is reported on its line`(
    text: String
  ) {
    var count = 0
    for (range, line) in Self.words(text) {
      let word = Array(text[range])
      for index in word.indices {
        var lost = word
        lost.remove(at: index)
        var doubled = word
        doubled.insert(word[index], at: index)
        var wrong = word
        wrong[index] = word[index] == "q" ? "z" : "q"
        var exchanged = word
        exchanged.swapAt(index, min(index + 1, word.count - 1))
        for mutant in [lost, doubled, wrong, exchanged] where mutant != word {
          let mutated = text[..<range.lowerBound] + String(mutant) + text[range.upperBound...]
          let checked = Self.check(String(mutated))
          let isReported = checked.diagnostics.contains {
            $0.severity == .error && $0.range?.start.line == line
          }
          #expect(
            isReported || checked.plan == Self.check(text).plan,
            "\(String(mutant)) for \(String(word)): \(checked.diagnostics.map(ConciseRenderer.line))"
          )
          #expect(checked.diagnostics.allSatisfy { LintRules.rule($0.code) != nil })
          count += 1
        }
      }
    }
    #expect(count > 300)
  }

  @Test(arguments: [plain, resource])
  func `a line that is lost or doubled is reported, or means the same`(text: String) {
    let lines = text.split(separator: "\n")
    let plan = Self.check(text).plan
    for index in lines.indices {
      var doubled = lines
      doubled.insert(lines[index], at: index)
      let twice = Self.check(doubled.joined(separator: "\n"))
      #expect(!twice.diagnostics.isEmpty || twice.plan == plan, "\(lines[index]) twice")
      var lost = lines
      lost.remove(at: index)
      let without = Self.check(lost.joined(separator: "\n"))
      // An element that is left out of a list leaves a right policy that means something else.
      let isElement = lines[index].contains("- ") && !lines[index].contains("event")
      #expect(
        isElement || !without.diagnostics.isEmpty || without.plan == plan, "without \(lines[index])"
      )
    }
  }

  @Test(arguments: [plain, resource])
  func `a value of another kind is reported on its line`(text: String) {
    let lines = text.split(separator: "\n").map(String.init)
    for (index, line) in lines.enumerated() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let isEmpty = line.index(after: colon) == line.endIndex
      for value in ["", "~", "[]", "{}", "[[a]]", "{a: b}", "3", "''", "yes", "{a: [b]}"] {
        var changed = Array(lines[..<index])
        changed.append(line[...colon] + " " + value)
        let indent = line.prefix { $0 == " " }.count
        let rest = lines[(index + 1)...]
        changed +=
          isEmpty ? Array(rest.drop { $0.prefix { $0 == " " }.count > indent }) : Array(rest)
        let mutated = changed.joined(separator: "\n")
        let checked = Self.check(mutated)
        let isReported = checked.diagnostics.contains {
          $0.severity == .error && $0.range?.start.line == index + 1
        }
        let isSame = checked.plan != nil && checked.plan == Self.check(text).plan
        let isFree = checked.plan != nil && Self.isFree(line, value)
        #expect(
          isReported || isSame || isFree,
          "\(mutated)\n\(checked.diagnostics.map(ConciseRenderer.line))")
      }
    }
  }

  /// Whether a value is as right as the one before: a name, or an empty list of what need not be
  /// there.
  private static func isFree(_ line: String, _ value: String) -> Bool {
    line.contains("name:") && ["3", "yes"].contains(value)
      || value == "[]" && (line.contains("filters:") || line.contains("ctions:"))
  }
}
