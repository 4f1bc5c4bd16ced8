// SPDX-License-Identifier: Apache-2.0

/// Shows what came of tests as the XML that build servers read.
///
/// Source: the schema of the Jenkins xUnit plugin, junit-10.xsd.
public enum TestJUnit {
  /// The document.
  public static func render(_ report: TestReport) -> String {
    var files: [(name: String, results: [TestResult])] = []
    for result in report.results {
      if files.last?.name == result.source {
        files[files.count - 1].results.append(result)
      } else {
        files.append((result.source, [result]))
      }
    }
    var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    text +=
      "<testsuites tests=\"\(report.results.count)\" failures=\"\(report.failed)\" "
      + "time=\"\(TestText.seconds(report.seconds))\">\n"
    for file in files {
      let failed = file.results.count { !$0.isPassed }
      text +=
        "  <testsuite name=\"\(escaped(file.name))\" tests=\"\(file.results.count)\" "
        + "failures=\"\(failed)\">\n"
      for result in file.results { text += testcase(result) }
      text += "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  private static func testcase(_ result: TestResult) -> String {
    let head =
      "    <testcase classname=\"\(escaped(result.source))\" name=\"\(escaped(result.name))\""
    guard let first = result.failures.first else { return head + "/>\n" }
    return head + ">\n      <failure message=\"\(escaped(first.message))\">"
      + escaped(result.lines.joined(separator: "\n"), keepingLines: true)
      + "</failure>\n    </testcase>\n"
  }

  /// Text as XML 1.0 takes it (§2.2, §2.4).
  private static func escaped(_ text: String, keepingLines: Bool = false) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\n" where keepingLines: escaped += "\n"
      case "\u{fffe}", "\u{ffff}": escaped += "\u{fffd}"
      default: escaped.unicodeScalars.append(Visible.scalar(scalar))
      }
    }
  }
}
