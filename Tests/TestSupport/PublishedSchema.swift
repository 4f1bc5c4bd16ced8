// SPDX-License-Identifier: Apache-2.0

/// A schema that the tracer prints, as a validator that others wrote understands it.
public enum PublishedSchema: String, Sendable {
  case event, stats

  /// What is wrong with documents, each of them a text of JSON; empty when all are valid.
  public func faults(in documents: [String]) async throws -> String {
    let script = """
      import json, subprocess, sys, jsonschema
      command = [sys.argv[1], "schema", sys.argv[2]]
      schema = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
      jsonschema.Draft202012Validator.check_schema(schema)
      check = jsonschema.Draft202012Validator(schema)
      decoder, text, place = json.JSONDecoder(), sys.stdin.read(), 0
      while place < len(text):
        document, place = decoder.raw_decode(text, place)
        for error in check.iter_errors(document): print(error.message, "in", document)
        place += len(text[place:]) - len(text[place:].lstrip())
      """
    return try await run(
      ["python3", "-c", script, Tracer.path, rawValue],
      input: .text(documents.joined(separator: "\n")))
  }
}
