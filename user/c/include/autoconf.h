/* SPDX-License-Identifier: MIT */
/* Where libsel4's programs look for the kernel's configuration. */
#ifndef AUTOCONF_H
#define AUTOCONF_H

#include <sel4/config.h>

#endif
