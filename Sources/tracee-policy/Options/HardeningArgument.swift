// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline

/// The argument of `--hardening`: `all`, `none`, or a comma list of measures.
struct HardeningArgument: ExpressibleByArgument {
  let measures: Set<Hardening.Measure>

  static let all = HardeningArgument(measures: Set(Hardening.Measure.allCases))

  init(measures: Set<Hardening.Measure>) { self.measures = measures }

  init?(argument: String) {
    switch argument {
    case "all": self = .all
    case "none": self.init(measures: [])
    default:
      var measures: Set<Hardening.Measure> = []
      for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
        guard let measure = Hardening.Measure(rawValue: String(word)) else { return nil }
        measures.insert(measure)
      }
      self.init(measures: measures)
    }
  }

  var defaultValueDescription: String { "all" }
}
