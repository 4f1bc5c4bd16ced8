import Testing
import TestSupport

/// What is claimed of any input holds for those that fuzzing begins with, and for those a little way from them.
@Suite(.serialized) struct ClaimTests {
  @Test(arguments: targets.map { $0.name })
  func `claims hold for the inputs that fuzzing begins with`(name: String) throws {
    let found = target(named: name)
    let target = try #require(found)
    let seeds = target.seeds
    #expect(!seeds.isEmpty)
    for seed in seeds { target.check(seed.span.bytes) }
  }
}

/// Fails the test that runs, and goes on.
func report(brokenClaim: String) { Issue.record("\(brokenClaim)") }
