// SPDX-License-Identifier: Apache-2.0

/// The list of all lint rules, and the checks of whole policies.
public enum LintRules {
  /// All rules: first those of files, then those of words, then those of meaning.
  public static let all: [LintRule] = [
    .syntax, .unknownForm, .unknownKey, .duplicateKey, .missingKey, .wrongType, .unquotedComma,
    .noPolicy, .unknownVariable,
    .invalidName, .duplicateName, .unknownScope, .unsupportedScope, .unknownEvent,
    .unsupportedEvent, .unknownField, .unsupportedField, .eventLeftOut, .unknownAction,
    .invalidOperator, .invalidValue, .emptyValue, .globalNotAlone, .tooManyRules, .neverMatches,
    .neverSeen, .excludedEverything, .unreachableRule, .uselessFilter, .commTruncated,
    .cidrHostBits,
    .literalStar, .deprecatedArgs, .uselessExclusion, .unfilteredPackets, .unlikelyValue,
    .confusableCharacter, .neverDecoded, .threadName, .oneFamily, .repeatedRule, .traceeDifference,
    .userSpaceFilter,
  ]

  /// Returns the rule with a code, or nil.
  public static func rule(_ code: String) -> LintRule? { all.first { $0.code == code } }

  /// Returns the findings of the checks about a policy whose words have been looked up.
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    checks.flatMap { $0(policy) }
  }

  private static let checks: [@Sendable (CheckedPolicy) -> [Diagnostic]] = [
    { NeverMatches.check($0) }, { NeverSeen.check($0) }, { UnreachableRule.check($0) },
    { UselessFilter.check($0) },
    { CommTruncated.check($0) }, { CIDRHostBits.check($0) }, { LiteralStar.check($0) },
    { DeprecatedArgs.check($0) }, { UselessExclusion.check($0) }, { UnfilteredPackets.check($0) },
    { UnlikelyValue.check($0) }, { ConfusableCharacter.check($0) }, { NeverDecoded.check($0) },
    { ThreadName.check($0) }, { OneFamily.check($0) }, { UserSpaceFilter.check($0) },
  ]
}

extension CheckedPolicy {
  /// All filters of the policy: those of the scope, then those of the rules.
  var filters: [CheckedFilter] { scope + rules.flatMap(\.filters) }
}
