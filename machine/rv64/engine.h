/* SPDX-License-Identifier: MIT */
/* The engine for RISC-V threads: those whose VSpace has no Lua heap. */
#ifndef MACHINE_RV64_ENGINE_H
#define MACHINE_RV64_ENGINE_H

#include "machine/machine.h"

struct hart;

/* Runs kernel_current(p->kernel), which is `thread`, and RISC-V threads that are current after it,
   until somebody else is, an interrupt is pending, the machine is halted or its time limit is
   reached. Every trap and fault has been made a kernel entry when this returns. */
void rv64_engine_run(struct platform *p, struct tcb *thread);

/* The kernel is about to be entered though no RISC-V thread has caused it: no reservation outlasts
   that. Those that threads cause are the engine's own business. */
void rv64_engine_interrupted(struct platform *p);

/* Gives back what the engine has allocated. `host` is the machine's host state. */
void rv64_engine_free(lua_State *host, struct platform *p);

/* Somebody other than RISC-V code has written memory: what was decoded of it is forgotten. */
void rv64_memory_written(struct platform *p, kaddr start, uint64_t size);

/* What the counters RDCYCLE and RDTIME show when so many instructions of the slice have been made:
   cycles are the instructions of the virtual clock, kernel included; time runs at 10 MHz. */
uint64_t rv64_cycles(const struct hart *h, uint64_t instructions);
uint64_t rv64_time(const struct hart *h, uint64_t instructions);

#endif
