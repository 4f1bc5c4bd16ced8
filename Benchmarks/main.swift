// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What is measured: the parts that are named by arguments, or all.
let parts: [(name: String, needsRoot: Bool, measure: () throws -> Void)] = [
  ("events", false, measureEvents),
  ("lint", false, measureLint),
  ("compile", false, measureCompiling),
  ("lists", false, measureCompilingLists),
  ("replay", false, measureReplay),
  ("packet", true, measureKernel),
  ("heads", true, measureHeads),
  ("programs", true, measurePrograms),
  ("rate", true, measureSendRate),
  ("nginx", true, measureNginx),
  ("memory", true, measureOwnerMemory),
  ("tables", true, measureTables),
  ("start", true, measureStart),
  ("live", true, measureLive),
]
let wanted = CommandLine.arguments.dropFirst()
if wanted.first == "path" {
  runPath(Array(wanted.dropFirst()))
  exit(0)
}
for part in parts where wanted.isEmpty || wanted.contains(part.name) {
  if part.needsRoot && geteuid() != 0 {
    print("\n\(part.name): skipped, loading BPF needs root")
  } else {
    do { try part.measure() } catch {
      print("\(part.name): \(error)")
      exit(1)
    }
  }
}

/// The seconds of a clock that only goes forward.
func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The processor time that all threads of this process took so far, in seconds.
///
/// Unlike the time that passed it does not grow while others have the processor.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
