# SPDX-License-Identifier: MIT
# The entry of the program, and of each sequence in it.

    .globl _start, sequence_run, sequence_back

    .set STACK_SIZE, 4096
    .set FRAME, 128

    .text
_start:
    lla sp, stack + STACK_SIZE
    call main

# sequence_run(a0: words of the registers, the first of which leads to code that loads them and goes
# to the sequence). Before, the SC ends a reservation that may be left.
sequence_run:
    addi sp, sp, -FRAME
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
    addi t0, sp, 104
    sc.d x0, x0, (t0)
    lla t0, saved_stack
    sd sp, (t0)
    ld t0, (a0)
    jr t0

# Where a sequence goes when its registers have been stored in sequence_state.
sequence_back:
    lla sp, saved_stack
    ld sp, (sp)
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
    addi sp, sp, FRAME
    ret

    .bss
    .balign 16
saved_stack:
    .dword 0
    .balign 16
stack:
    .skip STACK_SIZE

# The data of sequences: half of it before a page's end, half behind. Some write code there.
    .globl data_pages, data_middle
    .section .sequences, "awx", @progbits
    .balign 4096
data_pages:
    .skip 4096
data_middle:
    .skip 4096
