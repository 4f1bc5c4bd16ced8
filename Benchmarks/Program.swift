// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc

/// A program that the bench has started; it is killed when nobody holds it any more.
struct Program: ~Copyable {
  let id: pid_t
  private let errors: CInt
  /// What it has written to standard error so far.
  private(set) var said = ""

  /// What a program took when it had ended.
  struct Usage {
    /// The seconds of processor time, its own and the kernel's for it.
    var processor: Double
    /// Whether it exited with 0.
    var isWell: Bool
  }

  /// Starts a program that is looked up in PATH; what it says on standard error is kept.
  init(_ words: [String], output: String = "/dev/null") throws {
    var ends: [CInt] = [0, 0]
    guard pipe(&ends) == 0 else { throw Refused("pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      close(ends[1])
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var id: pid_t = 0
    let code = posix_spawnp(&id, words[0], &actions, nil, &arguments, environ)
    guard code == 0 else {
      close(ends[0])
      throw Refused("start \(words[0])", code)
    }
    self.id = id
    errors = ends[0]
  }

  deinit {
    close(errors)
    if kill(id, 0) == 0, waitpid(id, nil, WNOHANG) == 0 {
      kill(id, SIGKILL)
      waitpid(id, nil, 0)
    }
  }

  /// Waits until it has said this on standard error.
  mutating func says(_ text: String, within limit: Double = 20) throws {
    let deadline = seconds() + limit
    while !said.contains(text) {
      guard try read(until: deadline) else { throw Refused("hear “\(text)”: “\(said)”", ENODATA) }
    }
  }

  /// Ends it with a signal that it heeds, and waits for it.
  mutating func end(_ signal: CInt = SIGINT, within limit: Double = 60) throws -> Usage {
    kill(id, signal)
    let deadline = seconds() + limit
    while try read(until: deadline) {}
    var status: CInt = 0
    var usage = rusage()
    guard wait4(id, &status, 0, &usage) == id else { throw Refused("wait for a program") }
    let times = [usage.ru_utime, usage.ru_stime]
    return Usage(
      processor: times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 },
      isWell: status == 0)
  }

  /// Adds what it says next; false when it says nothing more, as it has ended.
  private mutating func read(until deadline: Double) throws -> Bool {
    var waited = pollfd(fd: errors, events: Int16(POLLIN), revents: 0)
    guard poll(&waited, 1, CInt(max(0, (deadline - seconds()) * 1000))) > 0 else {
      throw Refused("wait for a program, which says “\(said)”", ETIMEDOUT)
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(errors, &bytes, bytes.count)
    if count > 0 { said += String(decoding: bytes[..<count], as: UTF8.self) }
    return count > 0
  }
}

extension Program {
  /// The release build of the tracer, which is built beside the bench.
  static let tracer: String = {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &path, path.count - 1)
    let own = path.prefix(max(0, length)).map(UInt8.init(bitPattern:))
    let folder = own.lastIndex(of: UInt8(ascii: "/")).map { own[...$0] } ?? []
    return String(decoding: folder, as: UTF8.self) + "tracee-policy"
  }()

  /// The seconds of processor time that it took so far.
  var processorTime: Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(id, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// A number of its `/proc/PID/status` in KiB, such as `VmHWM`; 0 when there is none.
  func status(_ name: String) -> Int { number(name, in: "status") }

  /// The KiB of its memory that are the ring's, which it maps more than once.
  var ringMemory: Int {
    var isRing = false
    var sum = 0
    for line in lines(of: "smaps") {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.count > 1, words[0].contains("-") { isRing = line.contains("bpf-map") }
      if isRing, words.first == "Rss:" { sum += Int(words[1]) ?? 0 }
    }
    return sum
  }

  private func number(_ name: String, in file: String) -> Int {
    let line = lines(of: file).first { $0.hasPrefix("\(name):") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
  }

  private func lines(of file: String) -> [Substring] {
    guard let open = fopen("/proc/\(id)/\(file)", "r") else { return [] }
    defer { fclose(open) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&part, 1, part.count, open), count > 0 { bytes += part[..<count] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}
