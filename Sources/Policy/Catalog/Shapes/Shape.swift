/// What a value of an event looks like: what filters take, and what its JSON is.
public indirect enum Shape: Equatable, Sendable {
  /// A number or a text.
  case value(FieldType)
  /// An object that always has all its members but marks, in this order.
  case structure([Member])
  /// An array.
  case list(Shape)
  /// An array that is `null` when it has no elements.
  case listOrNull(Shape)
  /// `true`, and the member is there only then; filters do not ask about it.
  case mark
  /// An object of texts by names that are not known before, each an array of texts: the headers of a message.
  case texts

  /// A member of an object.
  public struct Member: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// What it looks like.
    public var shape: Shape
  }
}

/// An element of the `args` of an event.
public struct EventArgument: Equatable, Sendable {
  /// Its name.
  public var name: String
  /// Its type, as the JSON names it.
  public var typeName: String
  /// What its value looks like.
  public var shape: Shape

  init(_ name: String, _ typeName: String, _ shape: Shape) {
    self.name = name
    self.typeName = typeName
    self.shape = shape
  }
}

extension Shape {
  /// An object of members, in this order.
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
