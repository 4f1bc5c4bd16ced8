import Glibc

/// The three descriptors that every process is taken to have.
enum StandardDescriptors {
  /// Occupies those that the caller has closed.
  ///
  /// Otherwise the next thing that is opened, a map of the kernel perhaps, would become standard output. A closed one is
  /// occupied so that it cannot be written: to write to it stays an error.
  static func occupy() {
    while true {
      let number = open("/dev/null", O_RDONLY)
      guard (0...2).contains(number) else {
        if number > 2 { close(number) }
        return
      }
    }
  }
}
