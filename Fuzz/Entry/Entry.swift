// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Chooses the target, by the first argument or, in processes that libFuzzer starts itself, by `FUZZ_TARGET`, and writes its
/// seeds into the folder that the next argument names.
///
/// `list` prints each target and the most bytes of its inputs.
@c(LLVMFuzzerInitialize)
public func initialize(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: FuzzerArguments
) -> CInt {
  let first = count.pointee > 1 ? arguments.pointee[1].map { String(cString: $0) } : nil
  if first == "list" {
    for target in targets { print(target.name, target.longest) }
    exit(0)
  }
  if let first, let target = target(named: first) {
    for index in 1..<Int(count.pointee) {
      arguments.pointee[index] = arguments.pointee[index + 1]
    }
    count.pointee -= 1
    setenv("FUZZ_TARGET", first, 1)
    chosen = target
  } else if let inherited = getenv("FUZZ_TARGET"),
    let target = target(named: String(cString: inherited))
  {
    chosen = target
  } else {
    let names = targets.map { $0.name }.joined(separator: "|")
    let usage = "usage: fuzz \(names) [FOLDER|FILE]… [-OPTION=VALUE]…, or fuzz list\n"
    _ = usage.withCString { write(2, $0, strlen($0)) }
    exit(2)
  }
  let words = (1..<max(Int(count.pointee), 1)).compactMap { index in
    arguments.pointee[index].map { String(cString: $0) }
  }
  if let folder = words.first(where: { !$0.hasPrefix("-") }), isFolder(folder) {
    write(chosen.seeds, to: folder)
  }
  return 0
}

/// Checks an input.
@c(LLVMFuzzerTestOneInput)
public func checkInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // The memory is libFuzzer's own, so that reading beyond it is found.
  chosen.check(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count).bytes)
  return 0
}

/// Ends the run, so that libFuzzer keeps the input.
func report(brokenClaim: String) { fatalError(brokenClaim) }

/// How libFuzzer hands over its arguments.
public typealias FuzzerArguments = UnsafeMutablePointer<
  UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
>

private nonisolated(unsafe) var chosen: any FuzzTarget.Type = targets[0]

private func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

private func write(_ seeds: [[UInt8]], to folder: String) {
  for (number, seed) in seeds.enumerated() {
    let path = "\(folder)/seed-\(number)"
    guard let file = fopen(path, "w"), fwrite(seed, 1, seed.count, file) == seed.count,
      fclose(file) == 0
    else { fatalError("cannot write \(path)") }
  }
}
