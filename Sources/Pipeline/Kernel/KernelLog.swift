import CBPF
import Glibc

/// What libbpf said of the last thing that it was asked to do.
enum KernelLog {
  /// What a person needs of it: the reason that the code alone does not give.
  static func lastComplaint(_ code: Int32) -> String {
    if abs(code) == EPERM || abs(code) == EACCES {
      return "run as root, and outside of containers that lack CAP_BPF"
    }
    let log = unsafe String(cString: tp_captured_log())
    let lines = log.split(separator: "\n").filter {
      !$0.hasPrefix("processed ") && !$0.hasPrefix("-- ")
    }
    guard let last = lines.last(where: { !$0.hasPrefix("libbpf:") }) ?? lines.last else {
      return "this needs Linux 5.17 or later with BTF"
    }
    return "the kernel said: \(last)"
  }
}
