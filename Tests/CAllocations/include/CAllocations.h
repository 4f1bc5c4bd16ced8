// SPDX-License-Identifier: Apache-2.0

#pragma once

/// How often the calling thread asked for memory since it began.
///
/// Linking this library replaces the allocation functions of the C library by ones that count and then call them.
unsigned long ca_allocations(void);
