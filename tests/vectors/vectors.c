/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* getline */

#include "tests/vectors/vectors.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "tests/null_platform/null_platform.h"

enum { PATH_SIZE = 1024, SHOW_DEFAULT = 20 };

uint64_t json_number(const cJSON *item)
{
    if (cJSON_IsString(item))
        return strtoull(item->valuestring, NULL, 0);
    return (uint64_t)item->valuedouble;
}

/* Recordings are in $SELVM_SHARED/vectors, or in ../shared/vectors beside the project. Without them
   there is a sample in the project, whose root is the working directory. */
static FILE *open_recordings(const char *name)
{
    const char *shared = getenv("SELVM_SHARED");
    char path[PATH_SIZE];
    FILE *file;

    snprintf(path, sizeof(path), "%s/vectors/%s", shared ? shared : "../shared", name);
    file = fopen(path, "r");
    if (file)
        return file;
    printf("there is no %s: a sample only (SELVM_SHARED names the folder of vectors/)\n", path);
    snprintf(path, sizeof(path), "tests/vectors/sample/%s", name);
    return fopen(path, "r");
}

static struct replay_options read_options(int argc, char **argv)
{
    struct replay_options options = {.only_seed = -1, .show_max = SHOW_DEFAULT};

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0)
            options.is_verbose = true;
        else if (strcmp(argv[i], "-a") == 0)
            options.is_verbose = true, options.show_max = UINT32_MAX;
        else
            options.only_seed = atol(argv[i]);
    }
    return options;
}

/* A failure that leaves by a jump, such as an assertion of the kernel, is a failed recording, not
   the end of the run. */
static bool replay_guarded(const struct replayer *replayer, const cJSON *recording,
                           const struct replay_options *options)
{
    jmp_buf escape;
    volatile bool is_right = false; /* set between setjmp and the jump */

    null_platform_catch_failures(&escape);
    if (setjmp(escape) == 0)
        is_right = replayer->replay(recording, options);
    else if (options->is_verbose)
        printf("recording %ld: %s\n",
               (long)json_number(cJSON_GetObjectItem(recording, "seed")),
               null_platform_failure());
    null_platform_catch_failures(NULL);
    return is_right;
}

struct tally {
    unsigned passed;
    unsigned failed;
};

static void replay_line(const struct replayer *replayer, const char *line,
                        struct replay_options *options, struct tally *tally)
{
    cJSON *recording = cJSON_Parse(line);
    long seed;

    if (!recording) {
        fprintf(stderr, "%s: a line is not valid JSON\n", replayer->file);
        tally->failed++;
        return;
    }
    seed = (long)json_number(cJSON_GetObjectItem(recording, "seed"));
    if (options->only_seed < 0 || options->only_seed == seed) {
        if (replay_guarded(replayer, recording, options))
            tally->passed++;
        else
            tally->failed++;
        if (tally->failed >= options->show_max)
            options->is_verbose = false;
    }
    cJSON_Delete(recording);
}

int replay_file(const struct replayer *replayer, int argc, char **argv)
{
    struct replay_options options = read_options(argc, argv);
    struct tally tally = {0, 0};
    char *line = NULL;
    size_t size = 0;
    FILE *file = open_recordings(replayer->file);

    if (!file) {
        printf("there is no sample of %s; run this from the root of the project\n", replayer->file);
        return 1;
    }
    while (getline(&line, &size, file) > 0)
        replay_line(replayer, line, &options, &tally);
    free(line);
    fclose(file);
    replayer->summary();
    printf("%u passed, %u failed\n", tally.passed, tally.failed);
    return tally.failed == 0 ? 0 : 1;
}
