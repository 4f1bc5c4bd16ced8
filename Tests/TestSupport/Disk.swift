// SPDX-License-Identifier: Apache-2.0

extension Stage {
  /// A new file system in memory with room for so much; unmounted at the end.
  public func disk(kilobytes: Int) async throws -> String {
    let folder = try folder()
    try await run("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", folder)
    atEnd { try await run("umount", "--lazy", folder) }
    return folder
  }
}
