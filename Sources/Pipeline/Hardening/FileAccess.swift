// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// The places of files that a tracer goes on to need after its start: each a path, for itself and for all below it.
public struct FileAccess: Sendable {
  /// What it reads.
  private(set) var readable: [String]
  /// Where it makes, writes and replaces files.
  private(set) var writable: [String] = []
  /// Files that it writes, without those that are made later in the same places.
  private(set) var writtenFiles: [String] = []
  /// What it connects to.
  private(set) var network = NetworkAccess()
  /// Whether policies are read again, whoever owns them.
  private(set) var readsPolicies = false

  /// What every tracer reads: what the kernel tells, the v2 tree wherever it is mounted, its terminal, and the local time.
  public init() {
    readable = [
      "/proc", "/sys", "/dev/tty", "/etc/localtime", "/etc/machine-id", "/usr/share/zoneinfo",
    ]
    if let tree = try? CgroupTree() { readable.append(tree.root) }
  }

  /// Adds the cgroup that is traced, whose tree may be mounted anywhere.
  public mutating func read(cgroup path: String) { readable.append(path) }

  /// Adds a file or directory of policies, so that it can be read again after it was replaced by another.
  ///
  /// So what is read is the directory that holds it, and what symbolic links on the way to it lead to.
  public mutating func read(policies path: String) {
    guard path != "-" else { return }
    readsPolicies = true
    readable += [path] + LinkedPlaces(path).directories
  }

  /// Adds what an output needs; unix sockets need nothing.
  public mutating func write(_ destination: Destination) {
    if case .file(let path) = destination.place { write(path) }
    network.add(destination.place)
    if network.looksUpNames { readable += NetworkAccess.lookupFiles }
    let files = [destination.http.headers, destination.kafkaSettings, destination.sharedKey]
    readable += files.compactMap(\.self) + destination.tls.files
    if network.usesTLS { readable += NetworkAccess.certificates }
  }

  /// Adds a file that is written, and made again after it was renamed or replaced.
  public mutating func write(_ path: String) {
    writtenFiles.append(path)
    var status = stat()
    let isThere = unsafe stat(path, &status) == 0
    let kind = status.st_mode & S_IFMT
    let isDevice = isThere && (kind == S_IFCHR || kind == S_IFBLK)
    writable.append(isDevice ? path : LinkedPlaces.directory(of: path))
  }

  /// Whether some file cannot be written by who this process is, without power over what belongs to others.
  ///
  /// The calling thread must have given up that power.
  var needsPowerOverFiles: Bool {
    writtenFiles.contains { path in
      let directory = LinkedPlaces.directory(of: path)
      guard unsafe faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0 else { return true }
      return unsafe faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0 && errno == EACCES
    }
  }
}
