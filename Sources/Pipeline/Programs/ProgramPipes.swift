// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The pipes to and from a program of signatures that runs.
final class ProgramPipes {
  /// What is written here it reads; -1 once that has ended.
  private(set) var input: Int32
  let output: Int32

  init(input: Int32, output: Int32) {
    self.input = input
    self.output = output
  }

  deinit {
    endInput()
    close(output)
  }

  func endInput() {
    if input >= 0 { close(input) }
    input = -1
  }
}
