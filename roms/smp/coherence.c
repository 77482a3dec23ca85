/*
 * Four harts see each other's stores: counters by AMO are exact, a message is
 * there when its flag is, and code that another hart has written runs after
 * FENCE.I, also where the old code was running before.
 */
#include "roms/lib/rom.h"

NEEDS("-smp 4", rom_has_harts, 4);

#define TURNS 500

#define RET 0x8082
#define LI_A0(n) (0x4501 | (n) << 2) /* c.li a0, n */

enum { SUM, UNION, LEAST, MOST };

static void count(uint32_t hart)
{
    volatile uint32_t *words = frame_words(0);

    for (uint32_t i = 0; i < TURNS; i++) {
        const uint32_t value = i * ROM_HARTS + hart;

        __asm__ volatile("amoadd.w zero, %0, (%1)\n"
                         "amoor.w zero, %2, (%3)\n"
                         "amominu.w zero, %0, (%4)\n"
                         "amomaxu.w zero, %0, (%5)" ::"r"(value),
                         "r"(words + SUM), "r"(1u << value % 32),
                         "r"(words + UNION), "r"(words + LEAST),
                         "r"(words + MOST)
                         : "memory");
    }
}

CASE(counters_by_amo_are_exact)
{
    const uint32_t n = TURNS * ROM_HARTS;

    frame_words(0)[LEAST] = ~0u;
    for (unsigned hart = 1; hart < ROM_HARTS; hart++)
        hart_call(hart, count, hart);
    count(0);
    for (unsigned hart = 1; hart < ROM_HARTS; hart++)
        hart_join(hart);
    EXPECT(frame_words(0)[SUM], n * (n - 1) / 2);
    EXPECT(frame_words(0)[UNION], ~0u);
    EXPECT(frame_words(0)[LEAST], 0);
    EXPECT(frame_words(0)[MOST], n - 1);
}

/* The message is in another line and page than its flag. */
static void answer(uint32_t arg)
{
    volatile uint32_t *flag = frame_words(1), *message = frame_words(2);

    (void)arg;
    for (uint32_t i = 1; i <= TURNS; i++) {
        WAIT_FOR(*flag == 2 * i - 1);
        fence();
        EXPECT(message[i % 1024], i * i);
        message[i % 1024] = ~i;
        fence();
        *flag = 2 * i;
    }
}

CASE(a_message_is_there_when_its_flag_is)
{
    volatile uint32_t *flag = frame_words(1), *message = frame_words(2);

    hart_call(1, answer, 0);
    for (uint32_t i = 1; i <= TURNS; i++) {
        message[i % 1024] = i * i;
        fence();
        *flag = 2 * i - 1;
        WAIT_FOR(*flag == 2 * i);
        fence();
        EXPECT(message[i % 1024], ~i);
    }
    hart_join(1);
}

static volatile uint32_t n_written;

static void run_what_comes(uint32_t arg)
{
    uint32_t (*run)(void) = (uint32_t(*)(void))frame_pa(3);

    (void)arg;
    for (uint32_t n = 1; n < 16; n++) {
        WAIT_FOR(n_written == n);
        fence();
        fence_i();
        for (unsigned i = 0; i < 3; i++)
            EXPECT(run(), n);
        fence();
        n_written = 0;
    }
}

CASE(code_of_another_hart_runs_after_fence_i)
{
    volatile uint16_t *code = (volatile uint16_t *)frame_words(3);

    code[1] = RET;
    hart_call(1, run_what_comes, 0);
    for (uint32_t n = 1; n < 16; n++) {
        code[0] = (uint16_t)LI_A0(n);
        fence();
        n_written = n;
        WAIT_FOR(n_written == 0);
    }
    hart_join(1);
}
