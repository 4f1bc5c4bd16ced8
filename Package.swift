// swift-tools-version: 6.3;(experimentalCGen)
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let house: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "tracee-policy",
  products: [
    .executable(name: "tracee-policy", targets: ["tracee-policy"]),
    // What programs with signatures are written on; it needs none of the other targets.
    .library(name: "Signatures", targets: ["Signatures"]),
    // What the tests put into a running tracer, to see what it may not do.
    .library(name: "intruder", type: .dynamic, targets: ["CIntruder"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CMessageDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
    .systemLibrary(
      name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
    .target(
      name: "CBPF",
      exclude: ["bpf"],
      linkerSettings: [.linkedLibrary("bpf")],
      plugins: ["CompileBPF"]),
    .plugin(name: "CompileBPF", capability: .buildTool()),
    .target(name: "CSystem"),
    .target(name: "CTransfer"),
    .target(
      name: "System", dependencies: ["CSystem"], swiftSettings: house + [.strictMemorySafety()]),
    .target(name: "Signatures", swiftSettings: house),
    .target(name: "Policy", dependencies: ["CYAML", "CMessageDigest"], swiftSettings: house),
    .target(
      name: "Pipeline",
      dependencies: [
        "Policy", "System", "CBPF", "CMessageDigest", "CSystem", "CTransfer", "CZlib", "CSeccomp",
      ],
      swiftSettings: house + [
        .strictMemorySafety(), .enableExperimentalFeature("Lifetimes"),
      ]),
    .executableTarget(
      name: "tracee-policy",
      dependencies: [
        "Policy", "Pipeline", "System",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: house),
    .target(
      name: "TestSupport", dependencies: ["CBPF"], path: "Tests/TestSupport",
      swiftSettings: house),
    .testTarget(
      name: "PolicyTests", dependencies: ["Policy", "TestSupport"], swiftSettings: house),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .target(name: "CIntruder", path: "Tests/CIntruder"),
    .target(name: "CTraffic", path: "Benchmarks/CTraffic"),
    .executableTarget(
      name: "bench-pipeline",
      dependencies: ["Pipeline", "Policy", "System", "CBPF", "CAllocations", "CTraffic"],
      path: "Benchmarks",
      exclude: ["CTraffic", "baseline.json", "instructions"],
      swiftSettings: house),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "Pipeline", "Policy", "System", "CBPF", "CZlib", "CAllocations", "TestSupport",
      ],
      swiftSettings: house),
    .executableTarget(
      name: "owner-cases", path: "Tests/OwnerPrograms", exclude: ["compat"]),
    .testTarget(
      name: "KernelTests",
      dependencies: [
        "Pipeline", "Policy", "System", "CBPF", "TestSupport", "CIntruder", "tracee-policy",
        "owner-cases",
      ],
      exclude: ["Differential/Recordings"],
      swiftSettings: house),
    .testTarget(
      name: "CommandTests",
      dependencies: ["tracee-policy", "Signatures", "Policy", "System", "TestSupport"],
      swiftSettings: house),
  ]
)

// What is fuzzed is a test of its own over the inputs that fuzzing begins with. `make fuzz` builds one program of it, in
// which every object has libFuzzer's instrumentation, and which has libFuzzer's `main`.
let fuzzed: [Target.Dependency] = ["Policy", "Pipeline", "System", "CBPF", "TestSupport"]
package.targets.append(
  Context.environment["FUZZ"] == nil
    ? .testTarget(
      name: "FuzzTests", dependencies: fuzzed, path: "Fuzz",
      exclude: ["Entry", "run", "words.dict"], swiftSettings: house)
    : .executableTarget(
      name: "fuzz", dependencies: fuzzed, path: "Fuzz",
      exclude: ["Tests", "run", "words.dict"], swiftSettings: house))
