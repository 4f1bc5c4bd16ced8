// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// What libbpf said of the last thing that it was asked to do.
enum KernelLog {
  /// What a person needs of it: the reason that the code alone does not give.
  static func lastComplaint(_ code: Int32) -> String {
    let missing = Privileges.missing
    if abs(code) == EPERM, !missing.isEmpty { return Privileges.refusal(of: missing).advice }
    return Refusal(log: unsafe String(cString: tp_captured_log())).advice(code)
  }
}

/// What a log of libbpf says of a program that the kernel refused.
struct Refusal: Equatable {
  /// The program; nil when the log names none.
  var program: String?
  /// The verifier's reason: its last sentence; nil when it said none.
  var reason: String?
  /// libbpf's own last sentence, when there is no other.
  var remark: String?

  /// Reads a log, of which the beginning may be missing.
  init(log: String) {
    let lines = log.split(separator: "\n").map { $0.drop { $0 == " " } }
    remark = lines.last { $0.hasPrefix("libbpf: ") }.map { String($0.dropFirst(8)) }
    // `libbpf: prog 'NAME': failed to load: -13`, after the verifier's own words.
    program = lines.last { $0.hasPrefix("libbpf: prog '") }
      .flatMap { line in line.split(separator: "'").dropFirst().first.map(String.init) }
    let words = lines.filter { !Self.isFraming($0) }
    reason = words.last.map(String.init)
  }

  /// Lines that stand around the verifier's words, and after its reason.
  private static func isFraming(_ line: Substring) -> Bool {
    line.isEmpty || line.hasPrefix("libbpf:") || line.hasPrefix("-- ")
      || line.hasPrefix("processed ") || line.hasPrefix("verification time ")
      || line.hasPrefix("stack depth ") || line.hasSuffix("-- BEGIN PROG LOAD LOG --")
      || line.hasSuffix("-- END PROG LOAD LOG --")
  }

  /// What to say after a program was refused with a code.
  func advice(_ code: Int32) -> String {
    let place = program.map { "the program \($0)" } ?? "the programs"
    let sentence: String
    if let reason {
      sentence = "of \(place) the kernel said: \(reason)"
    } else if let remark {
      sentence = "libbpf said: \(remark)"
    } else {
      sentence = "the kernel gave no reason for \(place)"
    }
    return "\(sentence); \(Self.whatToDo(code))"
  }

  private static func whatToDo(_ code: Int32) -> String {
    if Lockdown.forbidsReading {
      return
        "it is locked down (/sys/kernel/security/lockdown): boot it without lockdown=confidentiality"
    }
    switch abs(code) {
    case EPERM:
      return
        "a security module or a container's seccomp filter may forbid bpf(2): start the tracer outside of it"
    case EMFILE, ENFILE: return OpenFiles.advice(code) ?? ""
    case ENOMEM, ENOBUFS: return "give it more memory, or a smaller --buffer"
    default:
      // libbpf goes on without what it could not open, and then the kernel refuses what refers to it.
      if OpenFiles.areFew { return OpenFiles.advice(EMFILE) ?? "" }
      return "this needs Linux 6.1 or later; if it is, report this line and what uname -r says"
    }
  }
}

/// Whether the kernel keeps its memory to itself, whoever asks.
private enum Lockdown {
  /// `none integrity [confidentiality]`: what is in force stands in brackets.
  static var forbidsReading: Bool {
    guard let file = unsafe fopen("/sys/kernel/security/lockdown", "re") else { return false }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard unsafe fgets(&line, Int32(line.count), file) != nil else { return false }
    let bytes = line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self).contains("[confidentiality]")
  }
}
