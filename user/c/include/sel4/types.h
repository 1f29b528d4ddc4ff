/* SPDX-License-Identifier: MIT */
#ifndef SEL4_TYPES_H
#define SEL4_TYPES_H

#include <sel4/constants.h>
#include <sel4/shared_types.h>
#include <sel4/simple_types.h>

#endif
