// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
  name: "network-signatures",
  // In a package of your own: .package(url: "https://…/tracee-policy", from: "…")
  dependencies: [.package(name: "tracee-policy", path: "../../..")],
  targets: [
    .executableTarget(
      name: "network-signatures",
      dependencies: [.product(name: "Signatures", package: "tracee-policy")])
  ])
