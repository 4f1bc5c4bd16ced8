// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema of the service's configuration, for editors.
///
/// Source: ``ServiceConfiguration``.
public enum ConfigurationSchema {
  /// The schema of the file of `--config`, as an object of JSON Schema 2020-12.
  public static var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("$schema", JSONSchema.draft),
      .init("title", "The configuration of the service tracee-policy"),
    ]
    let keys = ServiceConfiguration.keys.map { key in
      (name: key.name, schema: JSONSchema.described(key.summary, form(key.form)))
    }
    if case .object(let object) = JSONSchema.object(keys, required: []) { members += object }
    return .object(members)
  }

  /// What YAML reads as a number or a truth value is text to the tracer.
  private static let scalar: JSONValue = ["type": ["string", "number"]]

  private static func form(_ form: ServiceConfiguration.Key.Form) -> JSONValue {
    switch form {
    case .text: scalar
    case .flag: JSONSchema.flag
    case .list: ["oneOf": [scalar, JSONSchema.list(scalar)]]
    case .texts: JSONSchema.map(["oneOf": [scalar, JSONSchema.list(scalar)]])
    }
  }
}
