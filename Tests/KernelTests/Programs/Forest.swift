// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport

@testable import Pipeline

/// Cgroups of a test, made by root and by an ordinary user, with what is to be known of them.
final class Forest {
  /// Those that were made, the first the top of all.
  private(set) var members: [CgroupTree.Member] = []
  /// Where the top is.
  let directory: String
  private var places: [CInt]
  private var owners: [UInt32] = [0]
  private var names: [[UInt8]] = [[]]
  private var parents: [Int] = [0]
  private let tree: CgroupTree

  private static let user: UInt32 = 65534

  init(_ stage: Stage) throws {
    let group = try stage.make(stage.plannedGroup())
    directory = group.directory
    places = [open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)]
    tree = try CgroupTree()
    var status = stat()
    fstat(places[0], &status)
    var root = stat()
    stat(tree.root, &root)
    let top = ContainerID(rootOwnedBy: root.st_uid)
      .below(group.path.utf8.dropFirst(), ownedBy: 0)
    members = [
      CgroupTree.Member(id: UInt64(status.st_ino), path: Array(group.path.utf8), container: top)
    ]
  }

  deinit {
    for index in places.indices.reversed() where index > 0 && places[index] >= 0 {
      unlinkat(places[parents[index]], Self.cString(names[index]), AT_REMOVEDIR)
    }
    for place in places where place >= 0 { close(place) }
  }

  /// Makes a cgroup below another: as the user whose that is, if it is not root's, and perhaps gives it to the user.
  ///
  /// - Returns: its place in ``members``.
  func make(_ name: [UInt8], below parent: Int, givesAway: Bool = false) throws -> Int {
    try asFileSystemUser(owners[parent]) {
      guard mkdirat(places[parent], Self.cString(name), 0o755) == 0 else {
        throw SystemCallFailed("mkdirat")
      }
    }
    let place = openat(places[parent], Self.cString(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard place >= 0 else { throw SystemCallFailed("openat") }
    if givesAway { fchown(place, Self.user, Self.user) }
    var status = stat()
    fstat(place, &status)
    places.append(place)
    owners.append(status.st_uid)
    names.append(name)
    parents.append(parent)
    let path = members[parent].path + [UInt8(ascii: "/")] + name
    members.append(
      CgroupTree.Member(
        id: UInt64(status.st_ino), path: path,
        container: members[parent].container.below(name, ownedBy: status.st_uid)))
    return members.count - 1
  }

  /// Removes the last cgroup that was made and is there, or one of which nothing is below.
  func remove(_ index: Int) throws {
    guard unlinkat(places[parents[index]], Self.cString(names[index]), AT_REMOVEDIR) == 0 else {
      throw SystemCallFailed("rmdir")
    }
    close(places[index])
    guard index == places.count - 1 else {
      places[index] = -1
      return
    }
    places.removeLast()
    owners.removeLast()
    names.removeLast()
    parents.removeLast()
    members.removeLast()
  }

  /// Makes another one at random.
  func grow(_ random: inout SplitMix) throws {
    // What is below a container is the container's, so many begin at the top.
    let parent =
      switch Int.random(in: 0..<4, using: &random) {
      case 0: Int.random(in: max(0, members.count - 4)..<members.count, using: &random)
      case 1: Int.random(in: members.indices, using: &random)
      default: 0
      }
    let name = Self.name(&random)
    guard faccessat(places[parent], Self.cString(name), F_OK, 0) != 0 else { return }
    _ = try make(name, below: parent, givesAway: Int.random(in: 0..<8, using: &random) == 0)
  }

  private static func name(_ random: inout SplitMix) -> [UInt8] {
    let before =
      [
        "", "docker-", "libpod-", "libpod-conmon-", "crio-conmon-", "x-conmon-", "conmon-",
        "libpod-conmon-x", "kubepods:cri-containerd:", "crio-conmon-crio-", "\(id(&random)).",
        "\(id(&random))-",
      ].randomElement(using: &random) ?? ""
    let after =
      ["", "", "", ".scope", ".scope", "-x", ":x", ".", ".\(id(&random))"]
      .randomElement(using: &random) ?? ""
    var middle = Array(id(&random).utf8)
    switch Int.random(in: 0..<8, using: &random) {
    case 0: middle.removeLast()
    case 1: middle.append(UInt8(ascii: "0"))
    case 2: middle[Int.random(in: middle.indices, using: &random)] = UInt8(ascii: "A")
    case 3: middle = Array(repeating: UInt8.random(in: 0x80...0xff, using: &random), count: 5)
    case 4: middle = [UInt8(ascii: "a")]
    default: break
    }
    return Array(before.utf8) + middle + Array(after.utf8)
  }

  private static func id(_ random: inout SplitMix) -> String {
    String((0..<64).map { _ in "0123456789abcdef".randomElement(using: &random) ?? "0" })
  }

  /// The names of cgroups that somebody else has made.
  func names(below name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(name)").filter {
      Int($0) != nil
    }
  }

  private static func cString(_ name: [UInt8]) -> [CChar] {
    name.map { CChar(bitPattern: $0) } + [0]
  }
}
