# SPDX-License-Identifier: MIT
# Runs a code under Linux until a signal. `code_words` has place for it; what is around it is too
# far away to be jumped to.

    .globl _start, probe_run, probe_handler, code_words

    .text
_start:
    lla sp, stack_end
    call main

# probe_run(): runs code_words with all registers 0 but t0; returns when probe_handler has been
# called.
probe_run:
    addi sp, sp, -112
    sd ra, 0(sp)
    sd s0, 8(sp)
    sd s1, 16(sp)
    sd s2, 24(sp)
    sd s3, 32(sp)
    sd s4, 40(sp)
    sd s5, 48(sp)
    sd s6, 56(sp)
    sd s7, 64(sp)
    sd s8, 72(sp)
    sd s9, 80(sp)
    sd s10, 88(sp)
    sd s11, 96(sp)
    lla t0, saved_stack
    sd sp, (t0)
    lla t0, code_words
    fence.i
    .irp r, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24
    li x\r, 0
    .endr
    .irp r, 25, 26, 27, 28, 29, 30, 31
    li x\r, 0
    .endr
    jr t0

# The signal handler: a0 is the signal, a2 its context, where pc is the 23rd word. It never returns.
probe_handler:
    lla sp, saved_stack
    ld sp, (sp)
    ld a1, 176(a2)
    lla t0, code_words
    xor a1, a1, t0
    lla t0, probe_signal
    sd a0, (t0)
    lla t0, probe_distance
    sd a1, (t0)
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    ld s2, 24(sp)
    ld s3, 32(sp)
    ld s4, 40(sp)
    ld s5, 48(sp)
    ld s6, 56(sp)
    ld s7, 64(sp)
    ld s8, 72(sp)
    ld s9, 80(sp)
    ld s10, 88(sp)
    ld s11, 96(sp)
    addi sp, sp, 112
    ret

    .bss
    .balign 16
saved_stack:
    .dword 0
    .balign 16
    .skip 8192
stack_end:

    .section .code, "awx", @progbits
    .balign 4096
code_words:
    .skip 4096
