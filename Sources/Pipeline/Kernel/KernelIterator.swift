// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// Programs that the kernel runs on everything of a sort that is there: every task, every open file.
enum KernelIterator {
  /// Runs an attached one to its end.
  static func run(_ link: BPFLink) throws(SystemError) {
    let number = bpf_iter_create(link.descriptor)
    guard number >= 0 else { throw SystemError("go through what is there", code: number) }
    let iterator = Descriptor(owning: number)
    var buffer = [UInt8](repeating: 0, count: 64)
    while true {
      let count = unsafe read(iterator.number, &buffer, buffer.count)
      if count == 0 { return }
      if count < 0 && errno != EINTR && errno != EAGAIN {
        throw SystemError("go through what is there", code: errno)
      }
    }
  }
}
