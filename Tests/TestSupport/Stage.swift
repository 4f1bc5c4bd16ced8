// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// Where one test plays: all that it starts or makes goes away at the end, however it ends.
public final class Stage: Sendable {
  /// What undoes something that a test has made.
  public typealias Cleanup = @Sendable () async throws -> Void

  private let cleanups = Mutex<[Cleanup]>([])
  private static let counter = Atomic(0)

  /// Remembers what is to be done at the end; the last first.
  public func atEnd(_ cleanup: @escaping Cleanup) {
    cleanups.withLock { $0.append(cleanup) }
  }

  /// A number that no other call in this process gets.
  static func nextNumber() -> Int {
    counter.add(1, ordering: .relaxed).newValue
  }

  /// Undoes everything; the first failure is thrown after all was tried.
  fileprivate func clear() async throws {
    var failure: (any Error)?
    for cleanup in cleanups.withLock({ $0.reversed() }) {
      do { try await cleanup() } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
  }
}

/// Gives a test a stage of its own.
public func withStage(_ play: (Stage) async throws -> Void) async throws {
  let stage = Stage()
  do {
    try await play(stage)
  } catch {
    try? await stage.clear()
    throw error
  }
  try await stage.clear()
}

extension Stage {
  /// Starts a program, in a namespace or a cgroup if asked to; killed at the end.
  public func start(
    _ command: String..., on side: VirtualNetwork.Side? = nil, in group: ControlGroup? = nil,
    input: StandardInput = .nothing
  ) throws -> ChildProcess {
    try start(command, on: side, in: group, input: input)
  }

  /// Starts a program, in a namespace or a cgroup if asked to; killed at the end.
  public func start(
    _ command: [String], on side: VirtualNetwork.Side? = nil, in group: ControlGroup? = nil,
    input: StandardInput = .nothing
  ) throws -> ChildProcess {
    let place = (group?.entrance ?? []) + (side?.entrance ?? [])
    let process = try ChildProcess(place + command, input: input)
    atEnd { try await process.remove() }
    return process
  }

  /// A new folder with these files, by their names.
  public func folder(_ files: [String: String] = [:]) throws -> String {
    let url = URL.temporaryDirectory.appending(
      path: "tptest-\(getpid())-\(Stage.nextNumber())", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    atEnd { try FileManager.default.removeItem(at: url) }
    for (name, text) in files {
      try Data(text.utf8).write(to: url.appending(path: name))
    }
    return url.path
  }

  /// Starts the tracer with these policies, in this order, and waits until it traces.
  public func trace(_ policies: String..., options: [String] = []) async throws -> Tracer {
    try await trace(policies, options: options)
  }

  /// Starts the tracer with these policies, in this order, and waits until it traces.
  public func trace(_ policies: [String], options: [String] = []) async throws -> Tracer {
    var files: [String: String] = [:]
    for (index, policy) in policies.enumerated() { files["\(1000 + index).yaml"] = policy }
    let folder = try folder(files)
    return try await tracer(["apply", "-p", folder, "-o", "json"] + options, folder: folder)
  }

  /// Starts the tracer with these arguments and waits until it traces; killed at the end.
  ///
  /// - Parameter folder: where its policies are.
  public func tracer(_ arguments: [String], folder: String? = nil) async throws -> Tracer {
    let tracer = try await Tracer(arguments, folder: folder)
    atEnd { try await tracer.process.remove() }
    return tracer
  }
}
