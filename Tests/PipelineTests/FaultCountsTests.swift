// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

@testable import Pipeline

@Suite struct FaultCountsTests {
  @Test func `each fault has a count of its own`() {
    #expect(FaultCounts().total == 0)
    #expect(DecodingFault.allCases.count <= FaultCounts.capacity)
    for fault in DecodingFault.allCases {
      var counts = FaultCounts()
      counts[fault] += 3
      let counted = DecodingFault.allCases.filter { counts[$0] != 0 }
      #expect(counted == [fault])
      #expect(counts[fault] == 3 && counts.total == 3)
      var sum = counts
      sum += counts
      #expect(sum[fault] == 6 && sum.total == 6 && sum != counts)
    }
  }
}
