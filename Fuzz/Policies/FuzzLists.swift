// SPDX-License-Identifier: Apache-2.0

@testable import Policy

/// Reads any bytes as a list of values, and asks for its values in a filter of each type.
enum FuzzLists: FuzzTarget {
  static let name = "lists"
  static var seeds: [[UInt8]] {
    [
      "10.0.0.0/8\n192.0.2.1 # ours\r\n\n",
      "\u{feff}.example.org\n*.example.net.\nwww.example.com\n",
      "0.0.0.0 ads.example.org tracker.example.org\n::1 localhost\n", "22\n8000-8999\n",
    ].map { Array($0.utf8) }
  }

  static func check(_ bytes: RawSpan) {
    let list = ValueList(reading: SourceFile(name: "lists/x.txt", bytes: bytes.array))
    claim(list.entries.count <= ValueList.limit, "a list has no more values than it may")
    for entry in list.entries {
      claim(!entry.isEmpty && entry.upperBound <= bytes.byteCount, "a value is not empty")
    }
    for key in ["data.dst", "data.dst_port", "data.dns_questions.query", "syscall"] {
      let policy = """
        type: policy
        name: p
        scope: [global]
        lists: { x: x.txt }
        rules:
          - event: net_packet_dns_request
            filters: ["\(key)=@x"]
        """
      let set = PolicySet.parse(
        [SourceFile(name: "lists/p.yaml", bytes: Array(policy.utf8))], lists: ["lists/x.txt": list])
      let checked = set.checked()
      claim(
        (checked.plan == nil) == (checked.count(.error) > 0),
        "there is a plan, or there is an error")
      for finding in checked.diagnostics where finding.source == "lists/x.txt" {
        claim((finding.range?.end.offset ?? 0) <= bytes.byteCount, "a finding is within its list")
      }
    }
  }
}
