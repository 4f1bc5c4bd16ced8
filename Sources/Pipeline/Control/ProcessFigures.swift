// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// What this process takes of the machine.
struct ProcessFigures {
  /// Time of processors, in seconds.
  let processorSeconds: Double
  /// Memory that is resident, in bytes.
  let residentBytes: UInt64
  /// Memory that is mapped, in bytes.
  let virtualBytes: UInt64
  /// Descriptors that are open.
  let openDescriptors: Int
  /// Descriptors that may be open.
  let descriptorLimit: UInt64
  /// When it began: seconds since the epoch.
  let startTime: Int64

  /// Reads them as they are now; what cannot be read is 0.
  init() {
    var usage = rusage()
    unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    processorSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    let pages = Self.text("/proc/self/statm").split(separator: " ").compactMap { UInt64($0) }
    let page = UInt64(sysconf(Int32(_SC_PAGESIZE)))
    virtualBytes = (pages.first ?? 0) * page
    residentBytes = (pages.dropFirst().first ?? 0) * page
    openDescriptors = Self.count("/proc/self/fd")
    var limits = rlimit()
    unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
    descriptorLimit = UInt64(limits.rlim_cur)
    startTime = Self.startTime
  }

  /// The kernel counts it in ticks since it booted.
  ///
  /// Source: proc_pid_stat(5), field 22.
  private static let startTime: Int64 = {
    // The name of the program, in brackets, may have blanks.
    let fields = text("/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
    let ticks = fields.count > 19 ? Int64(fields[19]) ?? 0 : 0
    let boot = text("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
    let booted = boot.flatMap { Int64($0.dropFirst(6)) } ?? 0
    return booted + ticks / Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
  }()

  private static func text(_ path: String) -> String {
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return "" }
    let file = Descriptor(owning: number)
    let bytes = try? file.readAll(of: path, limit: 1 << 20)
    return String(decoding: bytes ?? [], as: UTF8.self)
  }

  /// The entries of a directory, without the descriptor that counts them.
  private static func count(_ path: String) -> Int {
    guard let listing = unsafe opendir(path) else { return 0 }
    defer { unsafe closedir(listing) }
    var count = 0
    while let entry = unsafe readdir(listing) {
      if unsafe entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return max(0, count - 1)
  }
}
