/* SPDX-License-Identifier: MIT */
/* A machine as a value of the host program: full userdata "selvm.machine" with its uservalue, the
 * table of functions that the machine calls (console, clock, sleep). */
#ifndef HOST_BOX_H
#define HOST_BOX_H

#include <lauxlib.h>
#include <lua.h>

#include "machine/machine.h"

#define BOX_NAME "selvm.machine"

struct box {
    struct platform *platform; /* NULL: closed */
    bool is_running;           /* inside machine_run: its console function may be calling us */
};

/* The machine at stack index 1; raises an error if it is closed or no machine. */
struct platform *box_platform(lua_State *L);

/* The same for what must not happen while the machine runs; `what` names it for the error. */
struct platform *box_idle_platform(lua_State *L, const char *what);

/* --- describe.c: raw facts, which host/describe.lua makes readable ---------------------------- */

/* machine -> array of { address, name, state, priority, domain, vspace, where, is_root, blocked_on,
   is_call, fault, fault_address, fault_code, explanation (of a CapFault), error; MCS:
   sched_context, awaits_budget, reply } */
int describe_threads(lua_State *L);

/* machine -> array of { slot, type, name, object, size_bits, badge, rights, ... }, the address of
   the root CNode, and whether it is an MCS kernel */
int describe_capabilities(lua_State *L);

#endif
