// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Pipeline

@Suite struct RestTests {
  private func rest(_ count: Int, bytes: UInt64) -> Int32? {
    TraceRun.rest(after: count, bytes: bytes, ring: 1 << 20)
  }

  @Test func `an empty ring is waited for, and a full batch is followed by the next at once`() {
    #expect(rest(0, bytes: 0) == nil)
    #expect(rest(TraceRun.batchLimit, bytes: 1 << 20) == 0)
  }

  @Test func `the ring is left alone longer when many records come and it has room for many more`()
  {
    #expect(rest(1, bytes: 700) == 1)
    #expect(rest(127, bytes: 30_000) == 1)
    #expect(rest(128, bytes: 30_000) == 2)
    #expect(rest(4000, bytes: 1 << 16) == 2)
    #expect(rest(4000, bytes: 1 << 16 + 1) == 1)
  }
}
