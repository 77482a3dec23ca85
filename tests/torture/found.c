/*
 * Writes a ROM that runs one program and expects its traps and registers.
 */
#include "tests/torture/found.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "tests/torture/torture.h"

static void print_words(FILE *f, const uint8_t *host, uint32_t pa,
                        uint32_t size)
{
    for (uint32_t i = 0; i < size; i += 4) {
        uint32_t value = (uint32_t)load_le(host + i, 4);

        if (value)
            fprintf(f, "    {0x%08x, 0x%08x},\n", pa + i, value);
    }
}

/* The log as far as both machines must agree, memory that changed, and the
 * registers. */
static void print_expected(FILE *f, const struct program *before,
                           const struct program *p)
{
    uint32_t end = (uint32_t)load_le(p->control + C_LOG, 4) - p->control_pa;

    fprintf(f, "    {0x%08x, 0x%08x},\n", p->control_pa + C_LOG,
            p->control_pa + end);
    for (uint32_t at = C_TRAPS; at < end; at += LOG_SIZE)
        for (unsigned i = 0; i < LOG_SIZE / 4; i++)
            if (!log_mask(i, p->control + at))
                fprintf(f, "    {0x%08x, 0x%08x},\n",
                        p->control_pa + at + 4 * i,
                        (uint32_t)load_le(p->control + at + 4 * i, 4));
    for (uint32_t i = 0; i < WINDOW_SIZE; i += 4)
        if (load_le(before->window + i, 4) != load_le(p->window + i, 4) &&
            !window_mask(p, i))
            fprintf(f, "    {0x%08x, 0x%08x},\n", p->window_pa + i,
                    (uint32_t)load_le(p->window + i, 4));
    for (unsigned i = 1; i < 32; i++)
        fprintf(f, "    {0x%08x, 0x%08x},\n", p->control_pa + C_REGS + 4 * i,
                (uint32_t)load_le(p->control + C_REGS + 4 * i, 4));
}

bool found_write(const char *folder, uint64_t seed, const char *label,
                 struct program before, struct program after)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/seed_%" PRIu64 ".c", folder, seed);
    f = fopen(path, "w");
    if (!f) {
        fprintf(stderr, "torture: cannot write %s\n", path);
        return false;
    }
    fprintf(f,
            "/*\n * Torture seed %" PRIu64 " (%s), shrunk. It differed in: "
            "%s.\n */\n#include \"roms/torture/replay.h\"\n\n"
            "static const struct word image[] = {\n",
            seed, profile_name(seed), label);
    print_words(f, before.window, before.window_pa, WINDOW_SIZE);
    print_words(f, before.control, before.control_pa, CONTROL_SIZE);
    fprintf(f, "};\n\nstatic const struct word expected[] = {\n");
    print_expected(f, &before, &after);
    fprintf(f,
            "};\n\nCASE(seed_%" PRIu64 "_ends_as_recorded)\n{\n"
            "    REPLAY(0x%08x, image, expected);\n}\n",
            seed, before.control_pa);
    if (fclose(f))
        return false;
    printf("written: %s\n", path);
    return true;
}
