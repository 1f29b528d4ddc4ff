/* SPDX-License-Identifier: MIT */
/* Replays recorded scripts of two to six threads and compares the order of all events.
 *
 * Whichever thread the kernel says is current takes its next step: a worker starts or finishes an
 * operation, the root thread notes a fault, and the janitor, of least priority, tells the root
 * thread that no worker can run any more. The log must be the recorded one, entry by entry. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/vectors/environment.h"
#include "tests/vectors/script_operations.h"
#include "tests/vectors/vectors.h"

enum { WORKER_RADIX = 6, WORKER_GUARD_SIZE = 58, WORKER_MCP = 50, JANITOR_PRIORITY = 1,
       JANITOR_BADGE = 0x7700, FAULT_BADGE = 0x1000, STEPS_MAX = 20000, ENDPOINTS = 3,
       PROBES_MAX = 8 };

struct stage {
    struct system system;
    struct worker workers[WORKERS_MAX];
    struct worker_objects objects[WORKERS_MAX];
    unsigned worker_count;
    uint64_t cnode;               /* root's capability to the workers' CNode */
    uint64_t endpoints[ENDPOINTS];
    uint64_t notifications[ENDPOINTS];
    uint64_t never;               /* Z */
    uint64_t faults;              /* F */
    uint64_t wakeup;              /* root's notification, badged, for the janitor */
    struct tcb *janitor;

    const cJSON *recording;
    const struct replay_options *options;
    const cJSON *next_entry;      /* of the recorded log */
    unsigned entry_index;
    bool is_different;
    bool is_complete;             /* the janitor has run */
};

static struct stage stage; /* one at a time; static because a failure leaves by a jump */

/* --- differences ------------------------------------------------------------------------------ */

/* Notes the first difference and shows it. `recorded` may be NULL. */
static void differ(const cJSON *recorded, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void differ(const cJSON *recorded, const char *format, ...)
{
    va_list arguments;
    char *text;

    if (stage.is_different)
        return;
    stage.is_different = true;
    if (!stage.options->is_verbose)
        return;
    text = recorded ? cJSON_PrintUnformatted(recorded) : NULL;
    printf("recording %ld, log entry %u\n    recorded: %s\n    here:     ",
           (long)json_number(cJSON_GetObjectItem(stage.recording, "seed")), stage.entry_index,
           text ? text : "(end of the log)");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    free(text);
}

static const char *words_text(const struct log_words *words)
{
    static char text[LOG_WORDS_MAX * 24];
    size_t length = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < words->count; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%llu", i ? "," : "",
                                   (unsigned long long)words->words[i]);
    return text;
}

static bool words_match(const cJSON *recorded, const struct log_words *words)
{
    if (cJSON_IsArray(recorded) != words->is_list)
        return false;
    if (!words->is_list)
        return json_number(recorded) == words->words[0];
    if (cJSON_GetArraySize(recorded) != (int)words->count)
        return false;
    for (unsigned i = 0; i < words->count; i++) {
        if (json_number(cJSON_GetArrayItem(recorded, (int)i)) != words->words[i])
            return false;
    }
    return true;
}

/* Appends to the log, which means: compares with the next recorded entry. `words` may be NULL. */
static void log_append(const struct worker *w, const char *kind, const struct log_words *words)
{
    const cJSON *entry = stage.next_entry;
    bool is_right = entry != NULL && cJSON_GetArrayItem(entry, 0)->valueint == (int)w->index &&
                    strcmp(cJSON_GetArrayItem(entry, 1)->valuestring, kind) == 0 &&
                    cJSON_GetArrayItem(entry, 2)->valueint == (int)w->position;

    if (is_right && words)
        is_right = words_match(cJSON_GetArrayItem(entry, 3), words);
    if (!is_right)
        differ(entry, "[%u,\"%s\",%u%s%s] (%s)", w->index, kind, w->position, words ? "," : "",
               words ? words_text(words) : "", w->tcb->explanation);
    stage.next_entry = entry ? entry->next : NULL;
    stage.entry_index++;
}

/* --- the stage -------------------------------------------------------------------------------- */

static void must(uint64_t error, const char *what)
{
    if (error != ABI_NO_ERROR)
        system_fail("setting the stage: %s is refused (error %lld: %s)", what, (long long)error,
                    stage.system.root->explanation);
}

static void mint(uint64_t slot, uint64_t source, uint64_t rights, uint64_t data)
{
    must(invoke(&stage.system, stage.cnode, ABI_CNODE_MINT, CAPS(ROOT_CNODE),
                WORDS(slot, 64, source, 64, rights, data)),
         "a Mint into the workers' CNode");
}

static void copy(uint64_t slot, uint64_t source)
{
    must(invoke(&stage.system, stage.cnode, ABI_CNODE_COPY, CAPS(ROOT_CNODE),
                WORDS(slot, 64, source, 64, ABI_ALL_RIGHTS)),
         "a Copy into the workers' CNode");
}

static void make_objects(void)
{
    struct system *s = &stage.system;
    uint64_t original = make(s, ABI_TYPE_CNODE, WORKER_RADIX);

    stage.cnode = slot_new(s);
    must(cnode_mint(s, stage.cnode, original, ABI_ALL_RIGHTS, abi_guard(0, WORKER_GUARD_SIZE)),
         "a Mint of the workers' CNode");
    for (unsigned i = 0; i < ENDPOINTS; i++) {
        stage.endpoints[i] = make(s, ABI_TYPE_ENDPOINT, 0);
        stage.notifications[i] = make(s, ABI_TYPE_NOTIFICATION, 0);
    }
    stage.never = make(s, ABI_TYPE_NOTIFICATION, 0);
    stage.faults = make(s, ABI_TYPE_ENDPOINT, 0);
    for (unsigned i = 0; i < stage.worker_count; i++) {
        stage.workers[i].cap = make(s, ABI_TYPE_TCB, 0);
        stage.workers[i].tcb = tcb_of(s, stage.workers[i].cap);
    }
}

static void fill_for_worker(unsigned index)
{
    struct system *s = &stage.system;
    struct worker_objects *objects = &stage.objects[index];

    *objects = (struct worker_objects){.index = index,
                                       .cnode = stage.cnode,
                                       .tcb = stage.workers[index].cap,
                                       .handler = slot_new(s)};
    must(cnode_mint(s, objects->handler, stage.faults, ABI_WRITE | ABI_GRANT_REPLY,
                    FAULT_BADGE + index),
         "a Mint of the fault endpoint");
    worker_fill(s, objects);
}

static void fill_cnode(void)
{
    const cJSON *rights = cJSON_GetObjectItem(stage.recording, "rights");

    for (unsigned i = 0; i < ENDPOINTS; i++) {
        copy(SLOT_E + i, stage.endpoints[i]);
        mint(SLOT_E_RESTRICTED + i, stage.endpoints[i],
             json_number(cJSON_GetArrayItem(rights, (int)i)), 0x100 + i);
        copy(SLOT_N + i, stage.notifications[i]);
        mint(SLOT_N_BADGED + i, stage.notifications[i], ABI_ALL_RIGHTS, UINT64_C(1) << i);
        mint(SLOT_E_BADGED + i, stage.endpoints[i], ABI_ALL_RIGHTS, 0x100 + i);
    }
    for (unsigned i = 0; i < stage.worker_count; i++) {
        copy(SLOT_TCB + i, stage.workers[i].cap);
        fill_for_worker(i);
    }
    copy(SLOT_Z, stage.never);
    mint(SLOT_SELF, stage.cnode, ABI_ALL_RIGHTS, abi_guard(0, WORKER_GUARD_SIZE));
}

static void make_worker(struct worker *w, const cJSON *description)
{
    struct system *s = &stage.system;
    const cJSON *bound = cJSON_GetObjectItem(description, "bound");
    uint64_t priority = json_number(cJSON_GetObjectItem(description, "prio"));
    uint64_t vaddr;
    uint64_t frame = make_buffer(s, &vaddr);

    w->operations = cJSON_GetObjectItem(description, "ops");
    thread_set_up(s, w->cap, (struct thread_setup){.cnode = stage.cnode,
                                                   .frame = frame,
                                                   .vaddr = vaddr,
                                                   .handler = stage.objects[w->index].handler,
                                                   .handler_inside = SLOT_FAULT + w->index,
                                                   .mcp = WORKER_MCP,
                                                   .priority = priority,
                                                   .is_passive = true});
    w->is_passive = cJSON_IsTrue(cJSON_GetObjectItem(description, "passive"));
    if (!w->is_passive)
        worker_bind(s, &stage.objects[w->index]);
    if (!cJSON_IsNull(bound))
        must(invoke(s, w->cap, ABI_TCB_BIND_NOTIFICATION,
                    CAPS(stage.notifications[json_number(bound)]), NO_WORDS),
             "binding a notification");
    must(invoke(s, w->cap, ABI_TCB_WRITE_REGISTERS, NO_CAPS, WORDS(0, 1, 0x10000)),
         "giving a worker its registers");
}

static void make_janitor(void)
{
    struct system *s = &stage.system;
    uint64_t cap = make_thread(s, (struct thread_options){.priority = JANITOR_PRIORITY});
    uint64_t notification = make(s, ABI_TYPE_NOTIFICATION, 0);

    stage.janitor = tcb_of(s, cap);
    stage.wakeup = slot_new(s);
    must(cnode_mint(s, stage.wakeup, notification, ABI_ALL_RIGHTS, JANITOR_BADGE), "a Mint");
    must(invoke(s, ROOT_TCB, ABI_TCB_BIND_NOTIFICATION, CAPS(notification), NO_WORDS),
         "binding the root thread's notification");
    resume(s, cap);
}

static void set_stage(const cJSON *recording, const struct replay_options *options)
{
    const cJSON *threads = cJSON_GetObjectItem(recording, "threads");

    system_free(&stage.system);
    memset(&stage, 0, sizeof(stage));
    stage.recording = recording;
    stage.options = options;
    stage.next_entry = cJSON_GetObjectItem(recording, "log")->child;
    stage.worker_count = (unsigned)cJSON_GetArraySize(threads);
    system_boot(&stage.system, (struct system_options){.memory_mib = 8});
    make_objects();
    fill_cnode();
    for (unsigned i = 0; i < stage.worker_count; i++) {
        stage.workers[i].index = i;
        make_worker(&stage.workers[i], cJSON_GetArrayItem(threads, (int)i));
    }
    make_janitor();
}

/* --- steps ------------------------------------------------------------------------------------ */

/* The worker is current: it finishes what it was inside of, makes it again, or begins anew. */
static void worker_step(struct worker *w)
{
    struct system *s = &stage.system;
    unsigned count = (unsigned)cJSON_GetArraySize(w->operations);

    w->has_faulted = false;
    if (w->is_inside && w->tcb->next_pc != w->address) {
        w->is_inside = false;
        if (!w->has_ended) {
            struct log_words result = operation_result(s, w);

            log_append(w, "done", &result);
            w->position++;
        }
        return;
    }
    if (!w->is_inside) {
        if (w->position < count)
            log_append(w, "start", NULL);
        else if (!w->has_ended) {
            log_append(w, "end", NULL);
            w->has_ended = true;
        }
        operation_prepare(s, w);
        w->is_inside = true;
    }
    operation_trap(s, w);
}

/* The root thread has come back from Recv: with a fault, or with the janitor's signal. */
static void root_step(void)
{
    struct system *s = &stage.system;
    struct log_words result;
    struct message m;
    uint64_t index;

    message_read(s, s->root, &m);
    if (m.badge == JANITOR_BADGE) {
        stage.is_complete = true;
        return;
    }
    index = m.badge - FAULT_BADGE;
    if (index >= stage.worker_count) {
        differ(stage.next_entry, "the root thread received badge 0x%llx",
               (unsigned long long)m.badge);
        return;
    }
    result = fault_result(&m);
    stage.workers[index].has_faulted = true;
    log_append(&stage.workers[index], "fault", &result);
    root_keeps_caller(s);
    receive(s, stage.faults);
}

static struct worker *worker_of(const struct tcb *t)
{
    for (unsigned i = 0; i < stage.worker_count; i++) {
        if (stage.workers[i].tcb == t)
            return &stage.workers[i];
    }
    return NULL;
}

static void step(void)
{
    struct system *s = &stage.system;
    struct tcb *t = current(s);
    struct worker *w = worker_of(t);

    if (w)
        worker_step(w);
    else if (t == s->root)
        root_step();
    else if (t == stage.janitor)
        signal_to(s, stage.wakeup);
    else
        differ(stage.next_entry, "no thread runs");
}

/* The root thread waits until the janitor has run: nobody else can. */
static void wait_for_quiet(void)
{
    unsigned steps = 0;

    stage.is_complete = false;
    receive(&stage.system, stage.faults);
    while (!stage.is_complete && !stage.is_different) {
        step();
        if (stage.system.has_trouble)
            differ(stage.next_entry, "an invariant is broken: %s", stage.system.report.text);
        if (++steps > STEPS_MAX)
            differ(stage.next_entry, "no end after %u steps", steps);
    }
}

static void start_workers(void)
{
    for (unsigned i = 0; i < stage.worker_count; i++)
        if (stage.workers[i].is_passive && !stage.is_different)
            worker_make_passive(&stage.system, &stage.objects[i], wait_for_quiet);
    for (unsigned i = 0; i < stage.worker_count; i++)
        if (!stage.workers[i].is_passive && !stage.is_different)
            resume(&stage.system, stage.workers[i].cap);
}

/* --- what is left at the end ------------------------------------------------------------------ */

static void compare_blocked(void)
{
    const cJSON *blocked = cJSON_GetObjectItem(stage.recording, "blocked");

    for (unsigned i = 0; i < stage.worker_count; i++) {
        const struct worker *w = &stage.workers[i];
        const cJSON *recorded = cJSON_GetArrayItem(blocked, (int)i);
        const char *here = w->has_faulted ? "fault" : w->has_ended ? "end" : NULL;

        if (here && !(cJSON_IsString(recorded) && strcmp(recorded->valuestring, here) == 0))
            differ(recorded, "worker %u is at its %s", i, here);
        else if (!here && (cJSON_IsString(recorded) || json_number(recorded) != w->position))
            differ(recorded, "worker %u is at operation %u", i, w->position);
    }
}

static void probe_notifications(void)
{
    const cJSON *badges = cJSON_GetObjectItem(stage.recording, "final_ntfn");
    struct system *s = &stage.system;

    for (unsigned i = 0; i < ENDPOINTS; i++) {
        const cJSON *recorded = cJSON_GetArrayItem(badges, (int)i);

        receive_nonblocking(s, stage.notifications[i]);
        if (s->root->registers[REG_A0] != json_number(recorded))
            differ(recorded, "at the end notification %u holds badge %llu", i,
                   (unsigned long long)s->root->registers[REG_A0]);
    }
}

static void probe_endpoint(unsigned index)
{
    const cJSON *lists = cJSON_GetObjectItem(stage.recording, "final_ep");
    const cJSON *recorded = cJSON_GetArrayItem(lists, (int)index)->child;
    struct system *s = &stage.system;

    for (unsigned i = 0; i < PROBES_MAX; i++) {
        struct log_words words = {.is_list = true};
        struct message m;

        receive_nonblocking(s, stage.endpoints[index]);
        message_read(s, s->root, &m);
        if (m.badge == 0 && !recorded)
            return;
        words.words[words.count++] = m.label;
        words.words[words.count++] = m.length;
        words.words[words.count++] = m.badge;
        for (unsigned j = 0; j < m.length && j < SCRIPT_WORDS_MAX; j++)
            words.words[words.count++] = m.words[j];
        if (!recorded || !words_match(recorded, &words)) {
            differ(recorded, "at the end endpoint %u holds %s", index, words_text(&words));
            return;
        }
        recorded = recorded->next;
    }
}

static void compare_ends(void)
{
    if (stage.next_entry)
        differ(stage.next_entry, "nothing more happens");
    compare_blocked();
    for (unsigned i = 0; i < stage.worker_count; i++)
        invoke(&stage.system, stage.workers[i].cap, ABI_TCB_UNBIND_NOTIFICATION, NO_CAPS, NO_WORDS);
    probe_notifications();
    for (unsigned i = 0; i < ENDPOINTS; i++)
        probe_endpoint(i);
}

/* --- a recording ------------------------------------------------------------------------------ */

static bool replay(const cJSON *recording, const struct replay_options *options)
{
    set_stage(recording, options);
    start_workers();
    if (!stage.is_different)
        wait_for_quiet();
    if (!stage.is_different)
        compare_ends();
    if (stage.system.has_trouble)
        differ(NULL, "an invariant is broken: %s", stage.system.report.text);
    return !stage.is_different;
}

static void summary(void)
{
    system_free(&stage.system);
}

int main(int argc, char **argv)
{
    static const struct replayer replayer = {"scripts-" TESTS_CONFIGURATION ".jsonl", replay,
                                             summary};

    return replay_file(&replayer, argc, argv);
}
