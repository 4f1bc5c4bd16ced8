import Glibc

/// What a machine must offer before anything is loaded.
enum Requirements {
  /// Throws the first thing that is missing.
  static func check() throws(KernelError) {
    guard geteuid() == 0 else {
      throw KernelError(
        "load BPF programs without privileges", advice: "run as root, for example with sudo")
    }
    guard unsafe access("/sys/kernel/btf/vmlinux", R_OK) == 0 else {
      throw KernelError(
        "find the kernel's types in /sys/kernel/btf/vmlinux", code: errno,
        advice: "this needs a kernel built with CONFIG_DEBUG_INFO_BTF=y")
    }
  }
}
