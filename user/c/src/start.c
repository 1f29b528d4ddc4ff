/* SPDX-License-Identifier: MIT */
/* What is done before main and after it. */
#include <assert.h>
#include <sel4runtime.h>
#include <stdio.h>
#include <string.h>

/* program.ld has these; the size is the last one's address. */
extern char __tls_first[], __tls_image[], __tls_image_end[], __tls_size[];

__thread seL4_IPCBuffer *__sel4_ipc_buffer;

static seL4_BootInfo *boot_info;

int main(seL4_Word a, seL4_Word b, seL4_Word c, seL4_Word d);
void sel4_start(seL4_BootInfo *info, seL4_IPCBuffer *buffer, seL4_Word a, seL4_Word b, seL4_Word c,
                seL4_Word d) __attribute__((noreturn));

seL4_BootInfo *seL4_GetBootInfo(void)
{
    return boot_info;
}

const seL4_BootInfo *sel4runtime_bootinfo(void)
{
    return boot_info;
}

size_t sel4runtime_get_tls_size(void)
{
    return (size_t)__tls_size;
}

seL4_Word sel4runtime_write_tls_image(void *memory)
{
    size_t initialised = (size_t)(__tls_image_end - __tls_image);

    memcpy(memory, __tls_image, initialised);
    memset((char *)memory + initialised, 0, sel4runtime_get_tls_size() - initialised);
    return (seL4_Word)memory;
}

void abort(void)
{
    for (;;)
        __asm__ volatile("ebreak"); /* a fault handler may let the thread go on */
}

/* A root task stops its own thread, which is no fault. Any other program cannot count on a
   capability to its thread. */
void exit(int status)
{
    if (status != 0)
        printf("main has returned %d\n", status);
    else if (boot_info != NULL)
        seL4_TCB_Suspend(seL4_CapInitThreadTCB);
    abort();
}

void assert_failed(const char *claim, const char *file, int line)
{
    printf("%s:%d: not true: %s\n", file, line, claim);
    abort();
}

void sel4_start(seL4_BootInfo *info, seL4_IPCBuffer *buffer, seL4_Word a, seL4_Word b, seL4_Word c,
                seL4_Word d)
{
    sel4runtime_write_tls_image(__tls_first);
    boot_info = info;
    seL4_SetIPCBuffer(info != NULL ? info->ipcBuffer : buffer);
    exit(main(a, b, c, d));
}
