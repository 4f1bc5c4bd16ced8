// SPDX-License-Identifier: Apache-2.0

import Policy

extension OwnerReader {
  /// The owner as a policy sees it, nil when nobody is known: slow, for what the kernel does not decide.
  ///
  /// - Parameter complete: adds what records do not carry: the cgroup's path, the container's name, and so on.
  func subject(complete: (inout Owner) -> Void) -> Owner? {
    guard id != 0 else { return nil }
    var owner = Owner()
    owner.userID = userID
    owner.processID = processID
    owner.startTime = leaderStartTime
    owner.threadID = threadID
    owner.parentProcessID = parentProcessID
    owner.namespacedProcessID = namespacedProcessID
    owner.namespacedThreadID = namespacedThreadID
    owner.namespacedParentProcessID = namespacedParentProcessID
    owner.mountNamespace = mountNamespace
    owner.pidNamespace = pidNamespace
    owner.netNamespace = netNamespace
    owner.cgroupID = cgroupID
    owner.comm = comm.repairedText
    owner.hostName = nodeName.repairedText
    owner.executable = executable.repairedText
    owner.containerID = containerID.repairedText
    owner.isNew = isNew
    owner.hasContainerStarted = containerStarted
    owner.isContainerNew = isContainerNew
    complete(&owner)
    return owner
  }
}

extension RawSpan {
  /// The bytes as text, with U+FFFD for what is not UTF-8.
  var repairedText: String {
    unsafe withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
