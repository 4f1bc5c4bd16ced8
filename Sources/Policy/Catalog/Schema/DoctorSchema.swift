// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema of the report that `doctor --format json` prints.
///
/// Source: `docs/operations.md`.
public enum DoctorSchema {
  /// The schema of the report, as an object of JSON Schema 2020-12.
  public static var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("$schema", JSONSchema.draft),
      .init("title", "The doctor report of tracee-policy"),
    ]
    if case .object(let object) = JSONSchema.object(keys) { members += object }
    return .object(members)
  }

  private static let textOrNull: JSONValue = ["type": ["string", "null"]]

  private static func checks(_ names: [String]) -> JSONValue {
    JSONSchema.list(
      JSONSchema.object([
        ("name", JSONSchema.words(names)),
        ("state", JSONSchema.words(["ok", "missing"])),
        ("found", JSONSchema.described("what was found; null if it is missing", textOrNull)),
        (
          "refusal",
          JSONSchema.described(
            "why it is missing, and what to do; null if it is not", textOrNull)
        ),
      ]))
  }

  private static let keys: [(name: String, schema: JSONValue)] = [
    (
      "kernel", JSONSchema.described("the kernel's release, as uname -r prints it", JSONSchema.text)
    ),
    (
      "canTrace",
      JSONSchema.described("whether all requirements are met", JSONSchema.flag)
    ),
    (
      "requirements",
      JSONSchema.described(
        "what tracing needs",
        checks([
          "CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN", "btf", "cgroup2", "cgroup-namespace",
          "attachment", "programs",
        ]))
    ),
    (
      "hooks",
      JSONSchema.described(
        "the kernel hooks that the programs use",
        JSONSchema.list(
          JSONSchema.object([
            (
              "name", JSONSchema.described("what the program learns from the hook", JSONSchema.text)
            ),
            (
              "used",
              JSONSchema.described("the hook in use; null if there is none", textOrNull)
            ),
            (
              "isFallback",
              JSONSchema.described(
                "whether it is a fallback because the kernel lacks a better hook", JSONSchema.flag)
            ),
            (
              "absence",
              JSONSchema.described("what is lost without the best hook", JSONSchema.text)
            ),
          ])))
    ),
    (
      "hardening",
      JSONSchema.described(
        "the restrictions that a tracer puts on itself",
        checks(["capabilities", "no-new-privileges", "landlock", "seccomp"]))
    ),
    (
      "hiddenContainers",
      JSONSchema.described(
        "containers that cannot be told from the host, because they have only version 1 cgroups",
        JSONSchema.number(upTo: .max))
    ),
  ]
}
