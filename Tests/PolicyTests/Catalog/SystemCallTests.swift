// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Policy

struct SystemCallTests {
  @Test(arguments: SystemCalls.Architecture.allCases)
  func `each number is of one call, and each name stands once`(
    architecture: SystemCalls.Architecture
  ) {
    let calls = SystemCalls.numbered(on: architecture)
    #expect(calls.count > 300)
    #expect(Set(calls.map(\.number)).count == calls.count)
    #expect(Set(calls.map(\.name)).count == calls.count)
    #expect(calls.map(\.number) == calls.map(\.number).sorted())
  }

  private static let headers: [(architecture: SystemCalls.Architecture, path: String)] = [
    (.x86_64, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    (.i386, "/usr/include/x86_64-linux-gnu/asm/unistd_32.h"),
  ].filter { FileManager.default.fileExists(atPath: $0.1) }

  @Test(
    .enabled(
      if: !headers.isEmpty, "needs linux-libc-dev of x86-64: the kernel's own table of calls"),
    arguments: headers.map(\.architecture))
  func `the kernel's headers have the same names and numbers`(
    architecture: SystemCalls.Architecture
  ) throws {
    let path = try #require(Self.headers.first { $0.architecture == architecture }?.path)
    let numbers = Dictionary(
      SystemCalls.numbered(on: architecture).map { ($0.name, $0.number) },
      uniquingKeysWith: { first, _ in first })
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let definitions = lines.map { $0.split(separator: " ") }
      .filter { $0.count == 3 && $0[1].hasPrefix("__NR_") }
    #expect(definitions.count > 300)
    for definition in definitions {
      let name = String(definition[1].dropFirst("__NR_".count))
      #expect(numbers[name] == Int(definition[2]), "\(name)")
    }
  }
}
