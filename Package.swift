// swift-tools-version: 6.3;(experimentalCGen)
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
      name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
    .target(
      name: "CBPF",
      exclude: ["bpf"],
      linkerSettings: [.linkedLibrary("bpf")],
      plugins: ["CompileBPF"]),
    .plugin(name: "CompileBPF", capability: .buildTool()),
    .target(name: "CSystem"),
    .target(
      name: "System", dependencies: ["CSystem"], swiftSettings: house + [.strictMemorySafety()]),
    .target(name: "Policy", dependencies: ["CYAML"], swiftSettings: house),
    .target(
      name: "Pipeline",
      dependencies: ["Policy", "System", "CBPF", "CSystem", "CZlib", "CSeccomp"],
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
    .testTarget(name: "PolicyTests", dependencies: ["Policy"], swiftSettings: house),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .target(name: "CIntruder", path: "Tests/CIntruder"),
    .target(name: "CTraffic", path: "Benchmarks/CTraffic"),
    .executableTarget(
      name: "bench-pipeline",
      dependencies: ["Pipeline", "Policy", "System", "CBPF", "CAllocations", "CTraffic"],
      path: "Benchmarks",
      exclude: ["CTraffic", "instructions"],
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
      swiftSettings: house),
    .testTarget(
      name: "CommandTests", dependencies: ["tracee-policy", "Policy", "System", "TestSupport"],
      swiftSettings: house),
  ]
)

// Only `make fuzz` builds these: every object needs libFuzzer's instrumentation, which brings `main`.
if Context.environment["FUZZ"] != nil {
  package.targets += [
    .target(
      name: "FuzzSupport", dependencies: ["Policy"], path: "Fuzz/Support", swiftSettings: house),
    .target(
      name: "FuzzPackets",
      dependencies: ["FuzzSupport", "Policy", "Pipeline", "System", "TestSupport"],
      path: "Fuzz/Packets", swiftSettings: house),
    .executableTarget(
      name: "fuzz-policies", dependencies: ["FuzzSupport", "Policy"], path: "Fuzz/Policies",
      swiftSettings: house),
    .executableTarget(
      name: "fuzz-filters", dependencies: ["FuzzSupport", "Policy", "Pipeline"],
      path: "Fuzz/Filters", swiftSettings: house),
  ]
  package.targets += [
    "Headers", "DNS", "HTTP", "Records", "Streams", "Captures", "Replays", "Decisions",
  ].map { name in
    .executableTarget(
      name: "fuzz-\(name.lowercased())",
      dependencies: ["FuzzSupport", "FuzzPackets", "Policy", "Pipeline", "System", "CBPF"],
      path: "Fuzz/\(name)", swiftSettings: house)
  }
}
