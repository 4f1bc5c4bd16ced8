// SPDX-License-Identifier: Apache-2.0

#pragma once

/// What the preloaded library calls itself in what it writes to standard error.
extern const char tp_intruder_name[];
