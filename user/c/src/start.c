/* SPDX-License-Identifier: MIT */
/* What is done before main and after it. */
#include <assert.h>
#include <sel4/configuration.h>
#include <sel4runtime.h>
#include <stdio.h>
#include <string.h>

/* program.ld has these; the size is the last one's address. */
extern char __tls_first[], __tls_image[], __tls_image_end[], __tls_size[];

__thread seL4_IPCBuffer *__sel4_ipc_buffer;

/* What sel4.monitor understands: a label; how many bytes follow; a list of one integer of 32 bits,
   in MessagePack. */
enum { END_LABEL = 0xe1d, END_BYTES = 6, ONE_RESULT = 0x01, INTEGER = 0xd2 };

static seL4_BootInfo *boot_info;
static seL4_CPtr end_endpoint;

int main(seL4_Word a, seL4_Word b, seL4_Word c, seL4_Word d);
void sel4_start(seL4_BootInfo *info, seL4_IPCBuffer *buffer, seL4_Word a, seL4_Word b, seL4_Word c,
                seL4_Word d, seL4_CPtr end) __attribute__((noreturn));

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

static void tell_end(int status)
{
    seL4_SetMR(0, END_BYTES);
    seL4_SetMR(1, ONE_RESULT | INTEGER << 8 | (seL4_Word)__builtin_bswap32((uint32_t)status) << 16);
    seL4_Call(end_endpoint, seL4_MessageInfo_new(END_LABEL, 0, 0, 2)); /* nobody answers */
}

/* A root task stops its own thread, which is no fault. Any other program cannot count on a
   capability to its thread. */
void exit(int status)
{
    if (end_endpoint != 0)
        tell_end(status);
    else if (status != 0)
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

/* No call has the right number there but this one. */
static void refuse_kernel(void)
{
    for (const char *c = SEL4_WRONG_KERNEL; *c != '\0'; c++)
        sel4_debug_call((seL4_SyscallNumber)SEL4_OTHER_PUT_CHAR, (seL4_Uint8)*c);
    abort();
}

void sel4_start(seL4_BootInfo *info, seL4_IPCBuffer *buffer, seL4_Word a, seL4_Word b, seL4_Word c,
                seL4_Word d, seL4_CPtr end)
{
    sel4runtime_write_tls_image(__tls_first);
    if (info != NULL && sel4_is_wrong_kernel(info))
        refuse_kernel();
    boot_info = info;
    end_endpoint = info != NULL ? 0 : end;
    seL4_SetIPCBuffer(info != NULL ? info->ipcBuffer : buffer);
    exit(main(a, b, c, d));
}
