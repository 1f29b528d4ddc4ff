/* SPDX-License-Identifier: MIT */
#ifndef SEL4_MACROS_H
#define SEL4_MACROS_H

#define LIBSEL4_INLINE      static inline
#define LIBSEL4_INLINE_FUNC static inline
#define LIBSEL4_BIT(n)      (1ul << (n))
#define BIT(n)              (1ul << (n))

#endif
