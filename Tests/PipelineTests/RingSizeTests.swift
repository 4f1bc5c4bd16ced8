// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Pipeline

@Suite struct RingSizeTests {
  private static let mebibyte: UInt64 = 1 << 20

  @Test func `the standard ring follows from memory and CPUs`() {
    func standard(mebibytes: UInt64, _ processors: Int) -> UInt64 {
      let bytes = RingSize.standard(memory: mebibytes * Self.mebibyte, processors: processors)
      return UInt64(bytes) / Self.mebibyte
    }
    #expect(standard(mebibytes: 23 << 10, 2) == 32)
    #expect(standard(mebibytes: 1 << 10, 2) == 16)
    #expect(standard(mebibytes: 64, 1) == 4)
    #expect(standard(mebibytes: 1 << 20, 128) == 256)
    #expect(standard(mebibytes: 16 << 10, 3) == 32)
    #expect(standard(mebibytes: 16 << 10, 0) == 16)
  }

  @Test func `a ring is a power of two, and at least a page`() {
    let page = UInt32(sysconf(Int32(_SC_PAGESIZE)))
    #expect(RingSize.holding(0) == page)
    #expect(RingSize.holding(1) == page)
    #expect(RingSize.holding(65536) == 65536)
    #expect(RingSize.holding(65537) == 131072)
    #expect(RingSize.holding(.max) == 1 << 30)
  }
}
