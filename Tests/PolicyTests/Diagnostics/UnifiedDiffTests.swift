// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

@Suite struct `A unified diff` {
  private func diff(_ old: String, _ new: String) -> String {
    UnifiedDiff.text("f", from: Array(old.utf8), to: Array(new.utf8))
  }

  @Test func `of equal texts is empty`() { #expect(diff("a\nb\n", "a\nb\n") == "") }

  @Test func `has three lines around each change, and a hunk for each group`() {
    let old = (1...20).map { "\($0)\n" }.joined()
    let new = old.replacing("3\n4\n", with: "3\nfour\n").replacing("18\n", with: "18\n18b\n")
    #expect(
      diff(old, new) == """
        --- f
        +++ f
        @@ -1,7 +1,7 @@
         1
         2
         3
        -4
        +four
         5
         6
         7
        @@ -16,5 +16,6 @@
         16
         17
         18
        +18b
         19
         20

        """)
  }

  @Test func `says where a line break is missing`() {
    #expect(
      diff("a", "b") == """
        --- f
        +++ f
        @@ -1 +1 @@
        -a
        \\ No newline at end of file
        +b
        \\ No newline at end of file

        """)
  }
}
