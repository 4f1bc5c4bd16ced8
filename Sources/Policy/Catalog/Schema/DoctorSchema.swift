/// The JSON Schema of what `doctor --format json` says of a machine.
///
/// Source: `docs/operations.md`.
public enum DoctorSchema {
  /// The schema.
  public static var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("$schema", JSONSchema.draft),
      .init("title", "What a machine offers to tracee-policy"),
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
        ("found", JSONSchema.described("what was found; null when it is missing", textOrNull)),
        (
          "refusal",
          JSONSchema.described(
            "why it is missing, and what to do; null when it is there", textOrNull)
        ),
      ]))
  }

  private static let keys: [(name: String, schema: JSONValue)] = [
    ("kernel", JSONSchema.described("the kernel's release, as uname -r says it", JSONSchema.text)),
    (
      "canTrace",
      JSONSchema.described("whether nothing is missing of the requirements", JSONSchema.flag)
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
        "where the programs get to know what they know",
        JSONSchema.list(
          JSONSchema.object([
            ("name", JSONSchema.described("what is got to know there", JSONSchema.text)),
            (
              "used",
              JSONSchema.described("the hook; null when there is none", textOrNull)
            ),
            (
              "isFallback",
              JSONSchema.described("whether the kernel lacks a better one", JSONSchema.flag)
            ),
            (
              "absence",
              JSONSchema.described("what the absence of the best hook costs", JSONSchema.text)
            ),
          ])))
    ),
    (
      "hardening",
      JSONSchema.described(
        "what keeps a tracer from doing more than it should",
        checks(["capabilities", "no-new-privileges", "landlock", "seccomp"]))
    ),
    (
      "hiddenContainers",
      JSONSchema.described(
        "containers that look like the host, because their cgroups are in version 1 alone",
        JSONSchema.number(upTo: .max))
    ),
  ]
}
