public import FuzzSupport

@testable import Policy

/// Reads any bytes as a policy file, shows what is wrong with it, and mends it.
@c(LLVMFuzzerTestOneInput)
public func fuzzPolicies(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let file = SourceFile(
    name: "x", bytes: Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count)))
  let set = PolicySet.parse([file])
  let checked = set.checked()
  FindingClaims.check(checked.diagnostics, in: file, areShown: turn.comes())
  claim(
    (checked.plan == nil) == (checked.count(.error) > 0), "there is a plan, or there is an error")
  claim(checked.plan?.rules.isEmpty != true, "a plan traces something")

  let mended = set.withFixes()
  claim(
    mended.withFixes().sources == mended.sources,
    "what was mended can be mended again: \(String(decoding: mended.sources[0].bytes, as: UTF8.self))"
  )
  if let plan = checked.plan {
    claim(mended.checked().plan == plan, "mending changed what a right policy means")
  }
  return 0
}

private nonisolated(unsafe) var turn = Turn(each: 8)

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedPolicies(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  let examples = LintRules.all.flatMap { $0.good + $0.bad }
  Seeds.write(examples.map { Array($0.utf8) }, count, arguments)
  return 0
}
