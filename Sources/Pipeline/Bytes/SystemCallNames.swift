// SPDX-License-Identifier: Apache-2.0

import Policy

/// The names of an architecture's system calls, by their numbers.
struct SystemCallNames: Sendable {
  private var text: [UInt8] = []
  private var ranges: [Range<Int>] = []

  /// The calls of tasks that are as wide as the kernel: 64-bit tasks.
  #if arch(arm64)
    static let native = SystemCallNames(on: .arm64)
  #else
    static let native = SystemCallNames(on: .x86_64)
  #endif

  /// The calls of 32-bit tasks on a 64-bit kernel.
  #if arch(arm64)
    static let compat = SystemCallNames(on: .arm)
  #else
    static let compat = SystemCallNames(on: .i386)
  #endif

  private init(on architecture: SystemCalls.Architecture) {
    for (number, name) in SystemCalls.numbered(on: architecture) {
      ranges += Array(repeating: 0..<0, count: number - ranges.count)
      let start = text.count
      text += name.utf8
      ranges.append(start..<text.count)
    }
  }

  /// The name of a call, nil when it has none here: slow, for what the kernel does not decide.
  func name(of number: UInt32) -> String? {
    guard number < ranges.count, !ranges[Int(number)].isEmpty else { return nil }
    return String(decoding: text[ranges[Int(number)]], as: UTF8.self)
  }

  /// Writes the name of a call; its number when it has none here.
  func append(_ number: UInt32, to line: inout LineBuffer) {
    guard number < ranges.count, !ranges[Int(number)].isEmpty else {
      line.append(decimal: number)
      return
    }
    line.append(text.bytes.extracting(ranges[Int(number)]))
  }
}
