// SPDX-License-Identifier: Apache-2.0

import CTraffic
import Glibc

/// Prints the bytes of kernel memory that tracing takes for each socket, thread and process of those that are traced, with ten
/// policies in force.
///
/// It is the difference between two runs of the same, traced and not: how much the objects in the kernel's slab caches
/// (`/proc/slabinfo`) take when all are there and each has sent a packet, less what they took before. Medians of three.
func measureOwnerMemory() throws {
  let folder = try Folder(megabytes: 16)
  for number in 0..<10 {
    try folder.write("\(number).yaml", likelyPolicy(number, rules: 2))
  }
  print("\nmemory  bytes for each, traced  untraced  more")
  for kind in MemoryHolder.allCases {
    var traced: [Double] = []
    var free: [Double] = []
    for _ in 0..<3 {
      free.append(try kind.bytesForEach())
      var tracer = try Program([Program.tracer, "apply", "-p", folder.path, "-o", "none"])
      try tracer.says("ready: ")
      traced.append(try kind.bytesForEach())
      guard try tracer.end().isWell else { throw Refused("trace: \(tracer.said)", ECHILD) }
    }
    print(
      "  \(kind)", Int(median(traced)), Int(median(free)), Int(median(traced) - median(free)),
      separator: "\t")
  }
}

/// What something is kept with.
private enum MemoryHolder: CInt, CaseIterable {
  case sockets = 0
  case connections = 1
  case threads = 2
  case processes = 3

  private var count: Int { self == .sockets ? 10_000 : self == .connections ? 5_000 : 2_000 }

  /// Starts so many, and gives by how much the kernel's objects grew for each.
  func bytesForEach() throws -> Double {
    let before = try settledBytes()
    let holder = ct_hold(rawValue, CInt(count))
    guard holder > 0 else { throw Refused("start \(count) \(self)") }
    let bytes = try settledBytes()
    kill(-holder, SIGKILL)
    waitpid(holder, nil, 0)
    return Double(bytes - before) / Double(count)
  }
}

/// The bytes of all objects of the kernel's slab caches, when they have come to rest.
private func settledBytes() throws -> Int {
  var last = try slabBytes()
  for _ in 0..<40 {
    usleep(250_000)
    let now = try slabBytes()
    if abs(now - last) < 32 << 10 { return now }
    last = now
  }
  return last
}

private func slabBytes() throws -> Int {
  guard let file = fopen("/proc/slabinfo", "r") else { throw Refused("open /proc/slabinfo") }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 1024)
  var bytes = 0
  while fgets(&line, CInt(line.count), file) != nil {
    let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      .split(whereSeparator: \.isWhitespace)
    // name, objects in use, all objects, the bytes of one
    guard words.count > 3, let used = Int(words[1]), let size = Int(words[3]) else { continue }
    bytes += used * size
  }
  return bytes
}
