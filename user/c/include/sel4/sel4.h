/* SPDX-License-Identifier: MIT */
/* All of the interface to the kernel, by libsel4's names. */
#ifndef SEL4_SEL4_H
#define SEL4_SEL4_H

#include <sel4/bootinfo.h>
#include <sel4/config.h>
#include <sel4/constants.h>
#include <sel4/debug.h>
#include <sel4/faults.h>
#include <sel4/functions.h>
#include <sel4/invocations.h>
#include <sel4/macros.h>
#include <sel4/simple_types.h>
#include <sel4/syscalls.h>
#include <sel4/types.h>

#endif
