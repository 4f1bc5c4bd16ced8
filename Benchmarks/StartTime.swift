// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Prints how long the tracer takes from `exec` to its ready line, and the most memory that it had by then and after a
/// second of packets, without the ring, whose size is a setting.
///
/// Seven starts, of which the median and the slowest are printed; what is started is the release build, as a user does.
func measureStart() throws {
  print("\nstart  ms to ready, median  slowest  MiB at ready, beside the ring  and after a flood")
  for (name, policies, rules) in [("10 policies", 10, 2), ("1,024 rules", 64, 16)] {
    let folder = try Folder(megabytes: 16)
    for number in 0..<policies {
      try folder.write("\(number).yaml", likelyPolicy(number, rules: rules))
    }
    var times: [Double] = []
    var memory = (ready: 0, flooded: 0)
    for _ in 0..<7 {
      let start = seconds()
      var tracer = try Program([Program.tracer, "apply", "-p", folder.path, "-o", "json"])
      try tracer.says("ready: ")
      times.append((seconds() - start) * 1000)
      memory.ready = max(memory.ready, tracer.status("VmHWM") - tracer.ringMemory)
      if times.count == 7 {
        let traffic = try LoopbackTraffic(size: 32)
        usleep(1_000_000)
        _ = consume traffic
        memory.flooded = tracer.status("VmHWM") - tracer.ringMemory
      }
      guard try tracer.end().isWell else { throw Refused("trace: \(tracer.said)", ECHILD) }
    }
    let mebibytes = [memory.ready, memory.flooded].map { "\((Double($0) / 102.4).rounded() / 10)" }
    print(
      "  \(name)", Int(median(times)), Int(times.max() ?? 0), mebibytes[0], mebibytes[1],
      separator: "\t")
  }
}

/// A policy such as people write: whose packets, of which protocols, from and to where.
///
/// The first one wants what ``LoopbackTraffic`` sends.
func likelyPolicy(_ number: Int, rules: Int) -> String {
  let scopes = ["global", "container", "comm=nginx,envoy", "uid>=1000", "exec=/usr/bin/curl"]
  var text = """
    type: policy
    name: policy-\(number)
    scope: ["\(scopes[number % scopes.count])"]
    rules:

    """
  for rule in 0..<rules {
    let isWanted = number == 0 && rule == 0
    let event = isWanted ? "udp" : ["tcp", "udp", "dns", "http_request"][(number + rule) % 4]
    let filters =
      isWanted
      ? "data.dst=127.0.0.1"
      : "data.dst_port=\(1000 + rule * 20)-\(1010 + rule * 20),443\", \"data.dst!=10.\(rule).0.0/16"
    text += "  - event: net_packet_\(event)\n"
    text += event == "http_request" ? "" : "    filters: [\"\(filters)\"]\n"
  }
  return text
}
