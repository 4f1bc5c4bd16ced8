// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport

/// The BPF programs, links and maps that a process keeps in the kernel, by their ids.
struct KernelObjects {
  private(set) var programs: Set<Int> = []
  private(set) var links: Set<Int> = []
  private(set) var maps: Set<Int> = []

  /// Reads the ids from the descriptors of a running process.
  init(heldBy process: pid_t) throws {
    let folder = "/proc/\(process)/fdinfo"
    for descriptor in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let text = (try? String(contentsOfFile: "\(folder)/\(descriptor)", encoding: .utf8)) ?? ""
      // A link names its program too, so it is told by its own id.
      for line in text.split(separator: "\n") {
        let parts = line.split(separator: ":")
        guard parts.count == 2,
          let id = Int(parts[1].trimmingCharacters(in: .whitespaces))
        else { continue }
        switch parts[0] {
        case "prog_id": programs.insert(id)
        case "link_id": links.insert(id)
        case "map_id": maps.insert(id)
        default: continue
        }
      }
    }
  }

  /// All of them, as `prog 12`, `link 3`, `map 45`.
  var all: Set<String> {
    Set(programs.map { "prog \($0)" } + links.map { "link \($0)" } + maps.map { "map \($0)" })
  }

  /// Those that are still in the kernel.
  func remaining() async throws -> Set<String> {
    var present: Set<String> = []
    for kind in ["prog", "link", "map"] {
      let output = try await list(kind)
      let list = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]]
      for object in list ?? [] {
        if let id = object["id"] as? Int { present.insert("\(kind) \(id)") }
      }
    }
    return all.intersection(present)
  }

  /// What bpftool lists; it gives up when an object of somebody else goes while it looks, and is asked again.
  private func list(_ kind: String) async throws -> String {
    var output = ""
    try await eventually("list of every \(kind)") {
      let listed = try await outcome(of: ["bpftool", "-j", kind, "show"])
      output = listed.output
      return listed.ending == .exited(0)
    }
    return output
  }

  /// The bytes of a map that this process has open, as the kernel tells them.
  static func memory(ofMap descriptor: CInt) -> Int { number("memlock", of: descriptor) }

  /// A number that the kernel tells of a descriptor of this process; 0 when it does not.
  static func number(_ key: String, of descriptor: CInt) -> Int {
    let text = try? String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)
    let line = (text ?? "").split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return line.flatMap { Int($0.dropFirst(key.count + 1).trimmingCharacters(in: .whitespaces)) }
      ?? 0
  }
}
