public import ArgumentParser
public import Pipeline

extension FilterMode: ExpressibleByArgument {}
