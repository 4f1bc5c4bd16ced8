// SPDX-License-Identifier: Apache-2.0

extension RecordReader {
  /// The names of the ABI whose system call sent the packet.
  var systemCallNames: SystemCallNames { isCompat ? .compat : .native }
}
