/// Ends the run when something that always holds does not; libFuzzer then keeps the input.
public func claim(_ holds: Bool, _ what: @autoclosure () -> String) {
  guard holds else { fatalError(what()) }
}
