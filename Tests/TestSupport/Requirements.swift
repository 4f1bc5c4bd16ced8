// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Glibc

/// What a test needs of the machine.
///
/// Where it is missing the test is skipped, with the reason.
public enum Machine {
  /// Why the tracer cannot be tried here; nil where it can.
  public static let refusal: String? = {
    guard geteuid() == 0 else { return "tracing needs root" }
    guard access("/sys/kernel/btf/vmlinux", R_OK) == 0 else {
      return "this kernel has no BTF in /sys/kernel/btf/vmlinux"
    }
    guard ControlGroup.root != nil else { return "no cgroup v2 tree is mounted" }
    // Changes nothing, and is refused to those who may not trace.
    var next: UInt32 = 0
    let code = bpf_prog_get_next_id(0, &next)
    guard code == 0 || code == -ENOENT else { return "bpf(2) is refused here" }
    return nil
  }()

  /// Whether the tracer can be tried here.
  public static var canTrace: Bool { refusal == nil }

  /// Whether Python can hold documents against a schema.
  public static let hasValidator: Bool = {
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/env")
    python.arguments = ["python3", "-c", "import jsonschema"]
    python.standardError = FileHandle.nullDevice
    guard (try? python.run()) != nil else { return false }
    python.waitUntilExit()
    return python.terminationStatus == 0
  }()

  /// Whether all these programs are in PATH.
  public static func has(_ programs: String...) -> Bool {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return programs.allSatisfy { program in
      folders.contains { access("\($0)/\(program)", X_OK) == 0 }
    }
  }
}
