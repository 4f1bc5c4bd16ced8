// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

struct FilterExpressionTests {
  private func parse(_ text: String) -> (FilterExpression?, [String]) {
    let start = SourcePosition(line: 1, column: 1, offset: 0)
    let end = SourcePosition(
      line: 1, column: 1 + text.unicodeScalars.count, offset: text.utf8.count)
    let source = SourceText(
      text: text, source: "test", range: SourceRange(start: start, end: end), verbatimStart: start)
    var diagnostics: [Diagnostic] = []
    let expression = FilterExpression(parsing: source, into: &diagnostics)
    return (
      expression,
      diagnostics.map {
        "\($0.code) \($0.range?.start.column ?? 0)-\($0.range?.end.column ?? 0) \($0.message)"
      }
    )
  }

  @Test(arguments: [
    ("comm=a,b", "comm", "=", ["a", "b"]), ("a!=b", "a", "!=", ["b"]), ("a<1", "a", "<", ["1"]),
    ("a<=1", "a", "<=", ["1"]), ("a>1", "a", ">", ["1"]), ("a>=1", "a", ">=", ["1"]),
    ("  comm \t=  a b ,  c  ", "comm", "=", ["a b", "c"]),
    (#"a="x,y" , z"#, "a", "=", ["x,y", "z"]), (#"a="q\"b\\""#, "a", "=", [#"q"b\"#]),
    (#"a=" x ""#, "a", "=", [" x "]), (#"a="=""#, "a", "=", ["="]), ("a=b=c", "a", "=", ["b=c"]),
    ("data.proto_http.headers.User-Agent=é*", "data.proto_http.headers.User-Agent", "=", ["é*"]),
  ])
  func `is a key, an operator and a list`(
    text: String, key: String, comparison: String, values: [String]
  ) throws {
    let (expression, findings) = parse(text)
    #expect(findings == [])
    #expect(expression?.key.text == key)
    #expect(expression?.comparison?.rawValue == comparison)
    #expect(expression?.values.map(\.text) == values)
  }

  @Test func `is a bare word without an operator`() {
    let (expression, findings) = parse(" not-container ")
    #expect(findings == [])
    #expect(expression?.key.text == "not-container")
    #expect(expression?.comparison == nil)
    #expect(expression?.values == [])
  }

  @Test(arguments: [
    ("", "empty-value 1-1 the filter has no key"),
    (" =x", "empty-value 1-4 the filter has no key"),
    ("comm=", "empty-value 5-6 a value is missing"),
    ("comm=a,,b", "empty-value 8-9 a value is missing"),
    ("comm=a,", "empty-value 7-8 a value is missing"),
    ("comm=,a", "empty-value 6-7 a value is missing"),
    (#"comm="""#, "empty-value 6-8 a value is missing"),
    ("comm==a", "invalid-operator 5-7 `==` is not an operator"),
    ("comm=>a", "invalid-operator 5-7 `=>` is not an operator"),
    ("comm!a", "invalid-operator 5-6 `!` is not an operator"),
    (#"comm="a"#, "invalid-value 6-8 the quote is not closed"),
    (#"comm="a" b"#, "invalid-value 10-11 there is text after the closing quote"),
    (#"comm=a"b"#, "invalid-value 6-9 there is a quote inside the value"),
    (
      #"comm="a\n""#,
      #"invalid-value 8-10 inside quotes, `\` may only be followed by `"` or `\`"#
    ),
    (#"é=é,"é"#, "invalid-value 5-7 the quote is not closed"),
  ])
  func `says where it is wrong`(text: String, finding: String) {
    let (expression, findings) = parse(text)
    #expect(expression == nil)
    #expect(findings == [finding])
  }

  @Test func `reads any bytes without crashing, and finds something or means something`() {
    var random = SplitMix(state: SplitMix.seed(usually: 6))
    let alphabet = Array(#"a,="\!<> é*-.0"#)
    for _ in 0..<5000 {
      let length = Int.random(in: 0...12, using: &random)
      let text = String((0..<length).compactMap { _ in alphabet.randomElement(using: &random) })
      let (expression, findings) = parse(text)
      #expect((expression == nil) == !findings.isEmpty, "\(text)")
      if let expression {
        #expect((expression.comparison == nil) == expression.values.isEmpty, "\(text)")
      }
    }
  }
}
