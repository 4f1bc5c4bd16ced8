// SPDX-License-Identifier: Apache-2.0

import CMessageDigest

/// What a set of policies is made of, file by file, so that two machines or two moments can be compared.
public struct SetContents: Equatable, Sendable {
  /// A file of a set of policies, with the digest of its bytes.
  public struct File: Equatable, Sendable {
    /// The path, as it was read.
    public var path: String
    /// The SHA-256 of its bytes, in 64 hexadecimal digits.
    public var sha256: String
    /// The names of its policies.
    public var policies: [String]
    /// How many rules they have, as written.
    public var rules: Int

    /// The name of the file: the last part of its path.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  }

  /// The files, in the order in which they are read.
  public var files: [File] = []

  /// Makes the contents of a set that was read.
  public init(_ set: CheckedSet) {
    let policies = Dictionary(grouping: set.policies, by: \.document.source)
    files = set.sources.map { source in
      let own = policies[source.name] ?? []
      return File(
        path: source.name, sha256: Digest.sha256(source.bytes),
        policies: own.map(\.document.name.text), rules: own.reduce(0) { $0 + $1.rules.count })
    }
  }

  /// Makes the contents of files whose policies are not looked at.
  public init(sources: [SourceFile]) {
    files = sources.map {
      File(path: $0.name, sha256: Digest.sha256($0.bytes), policies: [], rules: 0)
    }
  }

  /// Reads what `sha256sum` writes: a digest, two blanks and a path on each line; other lines are left out.
  public init(listing: String) {
    files = listing.split(separator: "\n").compactMap { line in
      guard line.utf8.count > 66, line.dropFirst(64).hasPrefix("  ") else { return nil }
      return File(
        path: String(line.dropFirst(66)), sha256: String(line.prefix(64)), policies: [], rules: 0)
    }
  }

  /// The SHA-256 of all files: of a line with its digest, two blanks and its name for each, as `sha256sum` writes it.
  ///
  /// Directories do not matter: the same files elsewhere have the same digest.
  public var digest: String {
    Digest.sha256(Array(files.map { "\($0.sha256)  \($0.name)\n" }.joined().utf8))
  }

  /// Says how other files differ from these, a sentence for each; empty when they are the same.
  public func differences(to other: SetContents) -> [String] {
    func digests(_ set: SetContents) -> [String: String] {
      Dictionary(set.files.map { ($0.name, $0.sha256) }, uniquingKeysWith: { $1 })
    }
    let (here, there) = (digests(self), digests(other))
    return Set(here.keys).union(there.keys).sorted().compactMap { name in
      switch (here[name], there[name]) {
      case (let one?, let two?): one == two ? nil : "\(name): differs"
      case (_?, nil): "\(name): is in force and not there"
      case (nil, _): "\(name): is there and not in force"
      }
    }
  }
}

/// Digests of bytes.
enum Digest {
  /// The SHA-256 of bytes (FIPS 180-4), in 64 hexadecimal digits.
  static func sha256(_ bytes: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: 2 * 32 + 1)
    SHA256Data(bytes, bytes.count, &text)
    return String(decoding: text.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
