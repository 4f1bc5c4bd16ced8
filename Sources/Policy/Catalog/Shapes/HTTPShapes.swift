// SPDX-License-Identifier: Apache-2.0

/// The shapes of the heads of HTTP/1 messages.
///
/// Source: `docs/events.md`; RFC 9110, RFC 9112.
extension Shape {
  static let http = structure([
    "direction": .name(.httpDirection), "method": .text, "protocol": .text, "host": .name,
    "uri_path": .text, "status": .text, "status_code": .bits(16), "headers": .texts,
    "content_length": .value(.signedInteger),
  ])

  static let httpRequest = structure([
    "method": .text, "protocol": .text, "host": .name, "uri_path": .text, "headers": .texts,
    "content_length": .value(.signedInteger),
  ])

  static let httpResponse = structure([
    "status": .text, "status_code": .bits(16), "protocol": .text, "headers": .texts,
    "content_length": .value(.signedInteger),
  ])
}
