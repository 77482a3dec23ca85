/*
 * For the files of scenes: where their programs have things in memory, and
 * what all of them begin and wait with.
 */
#ifndef QUIRE_TESTS_SNAPSHOT_PROGRAMS_H
#define QUIRE_TESTS_SNAPSHOT_PROGRAMS_H

#include "base/compiler.h"
#include "tests/machine_rig.h"
#include "tests/snapshot_scenes.h"

#define WORD 0x80020000u /* reserved, written, looked at */
#define FLAG 0x80021000u /* words between harts */
#define DONE 0x80021004u
#define READY 0x80021008u
#define SEEN 0x80022000u /* what a program found */
#define HANDLER (DRAM_BASE + 0x1000)
#define OTHER (DRAM_BASE + 0x2000) /* the program of hart 1 */
#define TABLES 0x80030000u
#define BUFFER 0x80040000u
#define PAGES 32u
#define PAGES_VA 0x40000000u

static inline struct program start(struct machine *m)
{
    return (struct program){m, DRAM_BASE};
}

/* Waits until the word at pa differs from zero. */
static inline void op_await(struct program *p, uint32_t pa)
{
    uint64_t loop;

    op_li(p, T0, pa);
    loop = p->at;
    op(p, "lw", T1, T0, 0, 0);
    op_to(p, "beq", T1, ZERO, loop);
}

/* Sectors of the drives' image, each full of bytes of its number. */
#define SECTORS 64
#define OFF UINT64_MAX /* models from a step that never comes */

#endif
