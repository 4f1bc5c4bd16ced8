public import ArgumentParser
public import Pipeline

extension FilterPlace: ExpressibleByArgument {}
