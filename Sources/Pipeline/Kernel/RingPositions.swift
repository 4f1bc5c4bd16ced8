// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// How far the ring was written and read, in bytes since it was made.
@safe struct RingPositions: ~Copyable {
  private let pages: UnsafeRawPointer
  private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Maps both positions of a ring, to be read only: the reader's stands in the first page, the programs' in the second.
  init(map descriptor: Int32) throws(SystemError) {
    let mapped = unsafe mmap(nil, 2 * Self.pageSize, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw SystemError("map the ring", code: errno)
    }
    unsafe pages = UnsafeRawPointer(mapped)
  }

  deinit {
    unsafe munmap(UnsafeMutableRawPointer(mutating: pages), 2 * Self.pageSize)
  }

  /// Everything before this was consumed.
  var read: UInt64 { unsafe pages.load(as: UInt64.self) }

  /// Everything that was recorded until now stands before this.
  var written: UInt64 { unsafe pages.load(fromByteOffset: Self.pageSize, as: UInt64.self) }
}
