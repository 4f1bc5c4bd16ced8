// SPDX-License-Identifier: Apache-2.0

/// Characters that look like others, or like nothing.
enum Confusable {
  /// Returns the text with such characters replaced by those that they look like; nil if it has none.
  ///
  /// Letters of other scripts count only next to ASCII letters, so that a name in one script stays as it is.
  static func plain(_ text: String) -> String? {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let hasASCII = text.unicodeScalars.contains { $0.isASCII && $0.properties.isAlphabetic }
    var plain = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if let other = marks[scalar] {
        plain.append(contentsOf: other.unicodeScalars)
      } else if hasASCII, let letter = letters[scalar] {
        plain.append(letter)
      } else {
        plain.append(scalar)
      }
    }
    let result = String(plain)
    return result.utf8.elementsEqual(text.utf8) ? nil : result
  }

  /// Blanks, dashes and quotes; the empty text for those that take no room.
  private static let marks: [Unicode.Scalar: String] = [
    "\u{ad}": "", "\u{200b}": "", "\u{200c}": "", "\u{200d}": "", "\u{2060}": "", "\u{feff}": "",
    "\u{200e}": "", "\u{200f}": "", "\u{a0}": " ", "\u{2002}": " ", "\u{2003}": " ",
    "\u{2009}": " ", "\u{202f}": " ", "\u{3000}": " ", "\u{2010}": "-", "\u{2011}": "-",
    "\u{2012}": "-", "\u{2013}": "-", "\u{2014}": "-", "\u{2212}": "-", "\u{2018}": "'",
    "\u{2019}": "'", "\u{201c}": "\"", "\u{201d}": "\"", "\u{ff1d}": "=", "\u{ff0c}": ",",
    "\u{ff0e}": ".", "\u{ff0a}": "*", "\u{2217}": "*",
  ]

  /// Letters of Cyrillic and Greek that look like ASCII letters.
  private static let letters: [Unicode.Scalar: Unicode.Scalar] = [
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ѕ": "s",
    "ј": "j", "ԁ": "d", "һ": "h", "ԛ": "q", "ԝ": "w", "ь": "b", "к": "k", "м": "m", "т": "t",
    "в": "b", "н": "h", "А": "A", "В": "B", "Е": "E", "К": "K", "М": "M", "Н": "H", "О": "O",
    "Р": "P", "С": "C", "Т": "T", "Х": "X", "У": "Y", "І": "I", "Ѕ": "S", "Ј": "J", "ο": "o",
    "α": "a", "ν": "v", "ι": "i", "ρ": "p", "υ": "u", "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z",
    "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O", "Ρ": "P", "Τ": "T", "Υ": "Y",
    "Χ": "X", "ı": "i",
  ]
}
