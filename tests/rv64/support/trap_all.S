/* SPDX-License-Identifier: MIT */
/* trap_all(): loads every register but f30 from trap_before, makes a system call, and stores them
   in trap_after. Both have x1 to x31, then f0 to f31. */
    .text
    .global trap_all
trap_all:
    addi sp, sp, -224
    .irp n, 1, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd x\n, \n * 8(sp)
    .endr
    la t0, trap_stack
    sd sp, 0(t0)
    la t6, trap_before
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, \
        24, 25, 26, 27, 28, 29, 31
    fld f\n, 31 * 8 + \n * 8(t6)
    .endr
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, \
        24, 25, 26, 27, 28, 29, 30, 31
    ld x\n, \n * 8 - 8(t6)
    .endr
    ecall
    fmv.d.x f30, t6
    la t6, trap_after
    .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, \
        24, 25, 26, 27, 28, 29, 30
    sd x\n, \n * 8 - 8(t6)
    .endr
    fsd f30, 30 * 8(t6)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, \
        24, 25, 26, 27, 28, 29, 31
    fsd f\n, 31 * 8 + \n * 8(t6)
    .endr
    la t0, trap_stack
    ld sp, 0(t0)
    .irp n, 1, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    ld x\n, \n * 8(sp)
    .endr
    addi sp, sp, 224
    ret

    .bss
    .balign 8
    .global trap_before, trap_after
trap_stack:
    .skip 8
trap_before:
    .skip 63 * 8
trap_after:
    .skip 63 * 8
    .section .note.GNU-stack, "", @progbits
