// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How large the ring is.
public enum RingSize {
  /// What a machine gets that says nothing: 16 MiB for each CPU, but at most 1/64 of the memory; from 4 to 256 MiB.
  public static var standard: UInt32 {
    let memory = UInt64(sysconf(Int32(_SC_PHYS_PAGES))) * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    return standard(memory: memory, processors: sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  static func standard(memory: UInt64, processors: Int) -> UInt32 {
    let wanted = min(UInt64(max(processors, 1)) << 24, memory / 64)
    let bounded = min(max(wanted, 4 << 20), 256 << 20)
    return UInt32(1) << UInt32(63 - bounded.leadingZeroBitCount)
  }

  /// The smallest size of a ring that is at least so large: a power of two, and no less than a page.
  public static func holding(_ bytes: UInt32) -> UInt32 {
    let page = UInt32(sysconf(Int32(_SC_PAGESIZE)))
    return max(page, bytes <= 1 ? 1 : 1 << (32 - (min(bytes, 1 << 30) - 1).leadingZeroBitCount))
  }
}
