/*
 * The latency of disks. The spinning drive counts angles in thirds of a
 * nanosecond, of which a revolution at 7200 a minute has a whole number, and
 * so has a sector.
 */
#include "devices/latency.h"

#include <string.h>

#include "base/duration.h"

#define COMMAND_NS 20000 /* to take any command */

#define SSD_BLOCK 8 /* sectors that are read and programmed together */

#define REVOLUTION UINT64_C(25000000) /* thirds of a nanosecond */
#define TRACK_SECTORS 2000
#define SECTOR_ANGLE (REVOLUTION / TRACK_SECTORS)
#define SETTLE_US 500
#define MAX_SEEK_US 15000

bool latency_parse(const char *text, struct latency *latency)
{
    static const char fixed[] = "fixed:";
    const char *end;

    *latency = (struct latency){.model = LATENCY_FIXED};
    if (!strcmp(text, "ssd") || !strcmp(text, "spinning")) {
        latency->model = text[1] == 's' ? LATENCY_SSD : LATENCY_SPINNING;
        return true;
    }
    if (strncmp(text, fixed, strlen(fixed)))
        return false;
    end = duration_parse(text + strlen(fixed), &latency->fixed_ns);
    return end && !*end && latency->fixed_ns &&
           latency->fixed_ns <= LATENCY_MAX_NS;
}

static uint64_t ssd_ns(enum disk_work work, uint64_t lba, uint64_t sectors)
{
    static const struct {
        uint64_t command_ns, block_ns;
    } costs[] = {
        [WORK_NONE] = {0, 0},          [WORK_READ] = {40000, 2000},
        [WORK_WRITE] = {10000, 8000},  [WORK_FLUSH] = {400000, 0},
        [WORK_DISCARD] = {60000, 100},
    };
    uint64_t blocks = 0;

    if (costs[work].block_ns)
        blocks = (lba + sectors - 1) / SSD_BLOCK - lba / SSD_BLOCK + 1;
    return COMMAND_NS + costs[work].command_ns + blocks * costs[work].block_ns;
}

/* The largest whole number whose square is at most `v`. */
static uint64_t root(uint64_t v)
{
    uint64_t r = 0;

    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
        if ((r + bit) * (r + bit) <= v)
            r += bit;
    return r;
}

static uint64_t seek_ns(uint64_t from, uint64_t to)
{
    uint64_t tracks = from < to ? to - from : from - to;
    uint64_t us = SETTLE_US + root(10000 * tracks);

    if (!tracks)
        return 0;
    return (us < MAX_SEEK_US ? us : MAX_SEEK_US) * 1000;
}

static uint64_t spinning_ns(struct latency *l, uint64_t lba, uint64_t sectors,
                            uint64_t now_ns)
{
    uint64_t ns = COMMAND_NS + seek_ns(l->track, lba / TRACK_SECTORS);
    uint64_t angle = (now_ns + ns) % REVOLUTION * 3 % REVOLUTION;
    uint64_t target = lba % TRACK_SECTORS * SECTOR_ANGLE;
    uint64_t turn = (target + REVOLUTION - angle) % REVOLUTION;

    l->track = (lba + sectors - 1) / TRACK_SECTORS;
    return ns + (turn + sectors * SECTOR_ANGLE + 2) / 3;
}

uint64_t latency_take(struct latency *l, enum disk_work work, uint64_t lba,
                      uint64_t sectors, uint64_t now_ns)
{
    switch (l->model) {
    case LATENCY_SSD:
        return ssd_ns(work, lba, sectors);
    case LATENCY_SPINNING:
        if (work == WORK_NONE || work == WORK_FLUSH)
            return COMMAND_NS;
        return spinning_ns(l, lba, sectors, now_ns);
    default:
        return l->fixed_ns ? l->fixed_ns : LATENCY_DEFAULT_NS;
    }
}

void latency_archive(struct latency *l, struct archive *a)
{
    archive_u64(a, "track", &l->track);
    archive_check(a, l->track <= UINT64_MAX / 512 / TRACK_SECTORS, "track");
}
