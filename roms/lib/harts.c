/*
 * Functions that run on other harts than 0. Each of those sleeps in start.S
 * until its software interrupt, then does the job that stands here.
 */
#include "roms/lib/rom.h"

static struct job {
    void (*volatile run)(uint32_t arg); /* NULL: none, or it is done */
    volatile uint32_t arg;
} jobs[ROM_HARTS];

/* Called by start.S. The interrupt may be a stray one. */
void rom_hart_work(void);
void rom_hart_work(void)
{
    struct job *job = &jobs[hart_id()];

    *msip_of(hart_id()) = 0;
    fence();
    if (!job->run)
        return;
    rom_reset_hart();
    job->run(job->arg);
    fence();
    job->run = NULL;
}

void hart_call(unsigned hart, void (*run)(uint32_t arg), uint32_t arg)
{
    hart_join(hart);
    jobs[hart].arg = arg;
    jobs[hart].run = run;
    fence();
    *msip_of(hart) = 1;
}

void hart_join(unsigned hart)
{
    WAIT_FOR(!jobs[hart].run);
    fence();
}

void hart_do(unsigned hart, void (*run)(uint32_t arg), uint32_t arg)
{
    hart_call(hart, run, arg);
    hart_join(hart);
}
