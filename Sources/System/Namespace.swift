// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Namespaces as `/proc` shows them.
package enum Namespace {
  /// Returns the inode number by which the kernel identifies a namespace; nil when `path` cannot be read.
  ///
  /// - Parameter path: such as `/proc/self/ns/mnt`.
  package static func inode(_ path: String) -> UInt32? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt32(truncatingIfNeeded: status.st_ino) : nil
  }
}

/// The mount namespace of the host's first process.
package enum HostMountNamespace {
  /// Its inode; nil when it cannot be found out.
  package static let inode: UInt32? = {
    // A tracer that may not look at the first process runs beside it, in all but odd sandboxes.
    Namespace.inode("/proc/1/ns/mnt") ?? Namespace.inode("/proc/self/ns/mnt")
  }()
}
