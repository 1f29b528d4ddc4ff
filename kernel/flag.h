/* SPDX-License-Identifier: MIT */
/* Switches of a build. Each is 0 or 1 and is tested by a plain `if`. */
#ifndef KERNEL_FLAG_H
#define KERNEL_FLAG_H

/* 1: every kernel entry ends with a walk over the whole state (check/). Slow; for tests. The build
   gives SELVM_CHECKS. */
enum { CHECK_EVERY_ENTRY = SELVM_CHECKS };

/* 0: kassert checks nothing. Only for builds whose speed is measured: elsewhere a kernel that finds
   itself wrong stops at once. The build gives SELVM_ASSERTIONS. */
enum { CHECK_ASSERTIONS = SELVM_ASSERTIONS };

#endif
