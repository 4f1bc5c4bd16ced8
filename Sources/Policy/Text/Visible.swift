// SPDX-License-Identifier: Apache-2.0

/// Makes untrusted text safe to print: it cannot move the cursor, add lines or change the direction of writing.
public enum Visible {
  /// Returns the text with each control or formatting character replaced by a visible one.
  public static func text(_ text: some StringProtocol) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { shown.append(self.scalar(scalar)) }
    return String(shown)
  }

  /// Returns a scalar or its visible replacement: a control picture (Unicode block 2400), or U+FFFD.
  static func scalar(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{fffd}"
    case 0x7f: "\u{2421}"
    case 0x80..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: "\u{fffd}"
    default: scalar
    }
  }

  /// Returns the number of terminal columns that a scalar takes: 0, 1 or 2, by the wide blocks of Unicode TR 11.
  static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }
}
