import CBPF
import Policy

extension KernelTables {
  /// Makes the tables of what rules ask about owners.
  mutating func encode(_ question: RuleQuestion<OwnerField>, _ table: inout RowTable) {
    for field in OwnerField.allCases where question.uses(field) {
      guard let lookup = field.kernelTable, let dimension = ScopeDimension.of(field) else {
        continue
      }
      plan.scope_dimensions |= 1 << dimension.rawValue
      for (state, owner) in ScopeDimension.states(of: field).enumerated() {
        let number = ScopeDimension.number(dimension, state: state)
        switch lookup {
        case .numbers:
          numbers += question.numberEntries(field, dimension: number, &table) {
            owner.values(of: field, number: $0)
          }
        case .texts(let capacity):
          texts += question.textEntries(field, capacity, dimension: number, &table) {
            owner.values(of: field, text: $0)
          }
        case .flag:
          let values = [UInt64(0), 1].map { value in
            table.index(of: question.row(field, [.number(value)]))
          }
          plan.container = (values[0], values[1])
        case .addresses, .ports, .header:
          preconditionFailure("owners have no addresses, no ports and no headers")
        }
      }
    }
  }
}
