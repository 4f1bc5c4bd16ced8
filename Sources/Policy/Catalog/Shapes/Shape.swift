// SPDX-License-Identifier: Apache-2.0

/// The shape of a value in an event, which defines its JSON and the fields for filters.
public indirect enum Shape: Equatable, Sendable {
  /// A number or a text.
  case value(FieldType)
  /// An object with these members in this order; all are always present, except marks.
  case structure([Member])
  /// An array of elements with one shape.
  case list(Shape)
  /// An array that is `null` instead of empty.
  case listOrNull(Shape)
  /// A member that is either `true` or absent, and not available to filters.
  case mark
  /// An object with arbitrary names, each with an array of texts, such as the headers of a message.
  case texts

  /// A member of an object.
  public struct Member: Equatable, Sendable {
    /// The name of the member.
    public var name: String
    /// The shape of the member's value.
    public var shape: Shape
  }
}

/// An element of the `args` of an event.
public struct EventArgument: Equatable, Sendable {
  /// The name of the argument.
  public var name: String
  /// The type of the argument, as named in JSON.
  public var typeName: String
  /// The shape of the argument's value.
  public var shape: Shape

  init(_ name: String, _ typeName: String, _ shape: Shape) {
    self.name = name
    self.typeName = typeName
    self.shape = shape
  }
}

extension Shape {
  /// Returns the shape of an object with members in this order.
  static func structure(_ members: KeyValuePairs<String, Shape>) -> Shape {
    .structure(members.map { Member(name: $0.key, shape: $0.value) })
  }

  static let flag = Shape.value(.flag)
  static let address = Shape.value(.address)
  static let port = Shape.value(.port)
  static let text = Shape.value(.text)
  static let name = Shape.value(.name)
  static func bits(_ width: UInt64) -> Shape { .value(.bits(width)) }
  static func name(_ enumeration: Enumeration) -> Shape { .value(.enumeration(enumeration)) }
}
