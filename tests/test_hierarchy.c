/*
 * The modelled hierarchy against its reference: the same stream of accesses
 * goes to the mmu, filters and all, and to tests/ref_hierarchy.c; each result,
 * every count and the whole state of TLBs and caches must be equal.
 */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "tests/hierarchy_rig.h"

// clang-format off
static const struct shape shapes[] = {
    { "as by default",
      {32, 32}, {32, 32}, {512, 4},
      {32768, 8, 64}, {32768, 8, 64}, {524288, 8, 64}, 1, false, false,
      "llllll", "bb" },
    { "tiny, with heat",
      {4, 4}, {3, 3}, {16, 2},
      {512, 2, 32}, {256, 1, 32}, {2048, 4, 32}, 1, false, true,
      "llllll", "bb" },
    { "one entry each",
      {1, 1}, {1, 1}, {1, 1},
      {64, 1, 64}, {64, 1, 64}, {64, 1, 64}, 1, true, false,
      "llllll", "bb" },
    { "set-associative first levels",
      {16, 2}, {16, 4}, {64, 64},
      {1024, 4, 16}, {2048, 8, 16}, {8192, 2, 64}, 1, false, false,
      "llllll", "bb" },
    { "no second levels",
      {8, 8}, {8, 8}, {0, 0},
      {1024, 2, 64}, {1024, 2, 64}, {0, 0, 0}, 1, true, false,
      "llllll", "bb" },
    { "long lines over short ones",
      {8, 8}, {8, 4}, {32, 4},
      {8192, 2, 256}, {4096, 2, 128}, {8192, 4, 32}, 1, false, false,
      "llllll", "bb" },
    { "TLBs alone",
      {8, 8}, {8, 8}, {32, 4},
      {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, 1, false, true,
      "llllll", "bb" },
    { "caches alone",
      {0, 0}, {0, 0}, {0, 0},
      {1024, 2, 64}, {2048, 4, 64}, {8192, 8, 64}, 1, false, false,
      "llllll", "bb" },
    { "two harts",
      {8, 8}, {8, 8}, {32, 4},
      {1024, 2, 64}, {2048, 4, 64}, {8192, 8, 64}, 2, false, false,
      "llllll", "bb" },
    { "lines of 8 and of 4096 bytes",
      {4, 4}, {4, 4}, {16, 1},
      {8192, 2, 4096}, {512, 4, 8}, {65536, 4, 4096}, 2, false, false,
      "llllll", "bb" },
    { "two harts, TLBs alone",
      {8, 8}, {8, 8}, {32, 4},
      {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, 2, false, false,
      "llllll", "bb" },
    { "two harts, nothing modelled",
      {0, 0}, {0, 0}, {0, 0},
      {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, 2, false, true,
      "llllll", "bb" },
    { "plru throughout",
      {8, 8}, {8, 4}, {32, 4},
      {1024, 2, 64}, {2048, 8, 64}, {8192, 8, 64}, 1, false, false,
      "pppppp", "bb" },
    { "fifo and write-through",
      {8, 8}, {8, 8}, {32, 4},
      {1024, 2, 64}, {2048, 8, 64}, {8192, 8, 64}, 2, false, false,
      "ffffff", "tb" },
    { "random, nothing allocated",
      {8, 8}, {6, 6}, {36, 9},
      {1024, 2, 64}, {2048, 8, 32}, {8192, 8, 64}, 2, false, false,
      "rrrrrr", "nx" },
};
// clang-format on

static void run(uint64_t seed, unsigned steps)
{
    random_seed(&rig.rng, seed);
    rig.seed = seed;
    hierarchy_make();
    hierarchy_fill_tables();
    for (rig.at = 0; rig.at < rig.shape->n_harts; rig.at++)
        hierarchy_switch_context();
    rig.at = 0;
    for (unsigned i = 0; i < steps; i++) {
        if (one_in(24))
            hierarchy_step_rare();
        else if (one_in(3))
            hierarchy_step_block();
        else
            hierarchy_step_data();
        if (i % (rig.shape->l2.size_bytes > 65536 ? 512 : 64) == 0)
            hierarchy_compare();
    }
    hierarchy_compare();
    hierarchy_destroy();
}

/* From the environment: a long run is QUIRE_STEPS=1000000 QUIRE_SHAPES=100. */
static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

START_TEST(counts_and_state_equal_the_reference)
{
    uint64_t seed = setting("QUIRE_SEED", 1);

    rig.shape = &shapes[_i];
    printf("# %s: QUIRE_SEED=%llu\n", rig.shape->name,
           (unsigned long long)seed);
    fflush(stdout);
    for (uint64_t s = seed; s < seed + 4; s++)
        run(s, (unsigned)setting("QUIRE_STEPS", 3000));
}
END_TEST

static unsigned power(unsigned least, unsigned most)
{
    return 1u << (least + below(most - least + 1));
}

/* plru needs a power of two of ways. */
static char any_policy(unsigned ways)
{
    return ways & (ways - 1) ? "lfr"[below(3)] : "lpfr"[below(4)];
}

static struct tlb_shape any_tlb(char *policy)
{
    unsigned ways = one_in(3) ? 1 + (unsigned)below(12) : power(0, 4);
    struct tlb_shape s = {ways * power(0, 3), ways};

    if (one_in(3))
        s.entries = ways;
    *policy = any_policy(ways);
    return s;
}

static struct cache_shape any_cache(char *policy)
{
    unsigned ways = one_in(3) ? 1 + (unsigned)below(12) : power(0, 4);
    struct cache_shape s = {0, ways, one_in(2) ? 64 : power(3, 9)};

    s.size_bytes = ways * s.line_bytes * power(0, 5);
    *policy = any_policy(ways);
    return s;
}

/* Any shape that the options allow, small enough to be full soon. */
static void draw(struct shape *s, char *policies, char *writes)
{
    memset(s, 0, sizeof *s);
    memcpy(policies, "llllll", 7);
    s->name = "random";
    s->policies = policies;
    s->writes = writes;
    for (unsigned i = 0; i < 2; i++)
        writes[i] = "bbtnx"[below(5)];
    s->n_harts = 1 + one_in(3);
    s->is_svade = one_in(4);
    s->has_heat = one_in(8);
    if (!one_in(6)) {
        s->itlb = any_tlb(&policies[0]);
        s->dtlb = any_tlb(&policies[1]);
    }
    if (s->dtlb.entries && !one_in(4))
        s->l2tlb = any_tlb(&policies[2]);
    if (s->dtlb.entries && one_in(8))
        return;
    s->l1i = any_cache(&policies[3]);
    s->l1d = any_cache(&policies[4]);
    if (!one_in(5))
        s->l2 = any_cache(&policies[5]);
}

static void print_shape(uint64_t seed, const struct shape *s)
{
    printf("# QUIRE_SEED=%llu: %u harts, i %u:%u, d %u:%u, l2 %u:%u, "
           "l1i %u:%u:%u, l1d %u:%u:%u, l2 %u:%u:%u, %s, %s\n",
           (unsigned long long)seed, s->n_harts, s->itlb.entries, s->itlb.ways,
           s->dtlb.entries, s->dtlb.ways, s->l2tlb.entries, s->l2tlb.ways,
           s->l1i.size_bytes, s->l1i.ways, s->l1i.line_bytes, s->l1d.size_bytes,
           s->l1d.ways, s->l1d.line_bytes, s->l2.size_bytes, s->l2.ways,
           s->l2.line_bytes, s->policies, s->writes);
    fflush(stdout);
}

START_TEST(random_shapes_equal_the_reference)
{
    uint64_t seed = setting("QUIRE_SEED", 1);

    for (uint64_t n = setting("QUIRE_SHAPES", 40); n; n--, seed++) {
        char policies[7] = "", writes[3] = "";
        struct shape drawn;

        random_seed(&rig.rng, seed ^ 0x5eed);
        draw(&drawn, policies, writes);
        rig.shape = &drawn;
        print_shape(seed, rig.shape);
        run(seed, (unsigned)setting("QUIRE_STEPS", 3000));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hierarchy");
    TCase *tc = tcase_create("hierarchy");

    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, counts_and_state_equal_the_reference, 0,
                        (int)ARRAY_SIZE(shapes));
    tcase_add_test(tc, random_shapes_equal_the_reference);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
