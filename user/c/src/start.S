/* SPDX-License-Identifier: MIT */
/* Where a program begins. The root task has the address of its boot information in a0. Any other
   process has 0 there, the address of its IPC buffer in a1, in a2 to a5 the arguments of main, and
   in a6 the CPtr of an endpoint that is told of the end, or 0. */
    .section .text.start, "ax"
    .global _start
    .type _start, @function
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack_top
    la tp, __tls_first
    call sel4_start
    unimp
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
