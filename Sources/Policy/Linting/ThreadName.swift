// SPDX-License-Identifier: Apache-2.0

/// Finds names of programs whose packets belong to threads of other names.
enum ThreadName {
  /// The names of the threads that send and receive, by the name of the program.
  private static let threads = [
    "dig": "isc-net-0000", "nslookup": "isc-net-0000", "host": "isc-net-0000",
    "delv": "isc-net-0000", "named": "isc-net-0000", "firefox": "Socket Thread",
    "firefox-esr": "Socket Thread", "chrome": "Chrome_ChildIOT", "chromium": "Chrome_ChildIOT",
    "thunderbird": "Socket Thread", "mysqld": "connection", "java": "names of its own",
  ]

  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.filter { $0.target == .owner(.comm) }.flatMap { filter in
      filter.values.compactMap { value in
        threads[value.word.text].map { .threadName(filter, value.word, $0) }
      }
    }
  }
}

extension LintRule {
  static let threadName = LintRule(
    "thread-name", .note, "A program's packets belong to a thread with its name",
    rationale: """
      `comm` is the name of the thread that sends or receives, and some programs name their \
      threads: those of `dig` are `isc-net-0000`. The path of the executable is the same for all \
      threads.
      """,
    good: [
      Example.policy(scope: "[comm=curl]"), Example.policy(scope: "[executable=/usr/bin/dig]"),
    ],
    bad: [Example.policy(scope: "[comm=dig]")])
}

extension Diagnostic {
  fileprivate static func threadName(
    _ filter: CheckedFilter, _ word: FilterExpression.Word, _ thread: String
  ) -> Self {
    Self(
      .threadName, "the threads of `\(word.text)` that have packets have other names: \(thread)",
      source: filter.expression.source.source, range: word.range,
      help: "write executable=PATH, such as executable=/usr/bin/\(word.text)")
  }
}
