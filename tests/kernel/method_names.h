/* SPDX-License-Identifier: MIT */
#ifndef TESTS_METHOD_NAMES_H
#define TESTS_METHOD_NAMES_H

#include "tests/kernel/abi.h"

/* "CNode_Copy", by label; [0] is "InvalidInvocation". */
extern const char *const method_names[ABI_LABEL_COUNT];

#endif
