/*
 * Zonelists of several nodes: their order against a table written by hand and
 * against a slow model, and that allocations go by it. The second node is made
 * of three blocks of the arena, a zone each.
 */
#include <stdio.h>
#include <string.h>

#include "guestos/arch/host/host.h"
#include "guestos/mm/internal.h"
#include "guestos/mm/pcp.h"
#include "tests/mm_unit.h"

#define ORDER 9u /* past the per-CPU lists */

/* -- The order ----------------------------------------------------------- */

/* Nodes that have the zones of the bit mask `zones`, but no frames. */
static void make_nodes(struct pglist_data *nodes, int n, const int *zones)
{
    nr_online_nodes = n;
    for (int nid = 0; nid < n; nid++) {
        node_data[nid] = &nodes[nid];
        nodes[nid].node_id = nid;
        for (int i = 0; i < MAX_NR_ZONES; i++) {
            nodes[nid].node_zones[i].zone_pgdat = &nodes[nid];
            nodes[nid].node_zones[i].present_pages = zones[nid] >> i & 1;
        }
    }
}

/* "H0 N0 D0 N1 ..." */
static const char *order_of(int nid, gfp_t gfp)
{
    static char text[4 * MAX_ZONES_PER_ZONELIST];
    struct zoneref *z;
    struct zone *zone;
    char *to = text;

    for_each_zone_zonelist(zone, z, node_zonelist(nid, gfp), gfp_zone(gfp))
    {
        ck_assert_int_eq((int)zone_idx(zone), (int)z->zone_idx);
        if (to > text)
            *to++ = ' ';
        *to++ = "DNH"[zone_idx(zone)];
        *to++ = (char)('0' + zone->zone_pgdat->node_id);
    }
    *to = 0;
    return text;
}

START_TEST(zonelists_are_as_in_the_table)
{
    static struct pglist_data nodes[4];
    static const int zones[4] = {7, 6, 4, 7};
    static const struct {
        int nid;
        gfp_t gfp;
        const char *order;
    } table[] = {
        {0, GFP_HIGHUSER, "H0 N0 D0 H2 H1 N1 H3 N3 D3"},
        {0, GFP_KERNEL, "N0 D0 N1 N3 D3"},
        {0, GFP_KERNEL | GFP_DMA, "D0 D3"},
        {1, GFP_HIGHUSER, "H1 N1 H3 N3 D3 H2 H0 N0 D0"},
        {2, GFP_HIGHUSER, "H2 H3 N3 D3 H0 N0 D0 H1 N1"},
        {2, GFP_KERNEL, "N3 D3 N0 D0 N1"},
        {3, GFP_KERNEL, "N3 D3 N1 N0 D0"},
        {0, GFP_HIGHUSER | __GFP_THISNODE, "H0 N0 D0"},
        {1, GFP_KERNEL | __GFP_THISNODE, "N1"},
        {2, GFP_KERNEL | __GFP_THISNODE, ""},
    };

    make_nodes(nodes, 4, zones);
    set_node_distance(0, 1, 20);
    set_node_distance(0, 2, 15);
    set_node_distance(0, 3, 40);
    /* 1 to all others, and 2 to 0 and 1: as far as if nobody had said. */
    set_node_distance(2, 3, 12);
    set_node_distance(3, 2, 12);
    set_node_distance(1, 3, 19);
    set_node_distance(3, 1, 19);
    build_all_zonelists();
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        ck_assert_str_eq(order_of(table[i].nid, table[i].gfp), table[i].order);
}
END_TEST

/* How the nodes should follow: sorted by distance, those behind first. */
static void model_order(int nid, int n, int *order)
{
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            int a = order[i], b = order[j];
            int da = a == nid ? -1 : 2 * node_distance(nid, a) + (a < nid);
            int db = b == nid ? -1 : 2 * node_distance(nid, b) + (b < nid);

            if (db < da || (db == da && b < a)) {
                order[i] = b;
                order[j] = a;
            }
        }
    }
}

START_TEST(any_distances_give_the_models_order)
{
    static struct pglist_data nodes[4];

    host_seed();
    for (int step = 0; step < 2000; step++) {
        int zones[4], n = 1 + (int)host_random(4), order[4];

        for (int i = 0; i < n; i++) {
            zones[i] = (int)host_random(8);
            for (int j = 0; j < n; j++)
                set_node_distance(i, j, i == j ? 10 : 11 + (int)host_random(6));
        }
        make_nodes(nodes, n, zones);
        build_all_zonelists();
        for (int nid = 0; nid < n; nid++) {
            static const gfp_t gfps[] = {GFP_DMA, GFP_KERNEL, GFP_HIGHUSER};
            gfp_t gfp = gfps[host_random(3)];
            char expected[4 * MAX_ZONES_PER_ZONELIST], *to = expected;

            model_order(nid, n, order);
            for (int i = 0; i < n; i++)
                for (int z = (int)gfp_zone(gfp); z >= 0; z--)
                    if (zones[order[i]] >> z & 1)
                        to += sprintf(to, "%s%c%d", to > expected ? " " : "",
                                      "DNH"[z], order[i]);
            *to = 0;
            ck_assert_str_eq(order_of(nid, gfp), expected);
        }
    }
}
END_TEST

/* -- Allocations --------------------------------------------------------- */

static struct pglist_data second;

/* A block of node 0 becomes a zone of node 1. */
static void move_block(enum zone_type idx)
{
    static u8 flags[MAX_NR_ZONES][2];
    static const char *const names[] = {"DMA", "Normal", "HighMem"};
    struct page *page = alloc_pages(GFP_HIGHUSER_MOVABLE, MAX_ORDER - 1);
    struct zone *zone = &second.node_zones[idx];
    unsigned long pages = 1ul << (MAX_ORDER - 1), irq;

    ck_assert_ptr_nonnull(page);
    zone->name = names[idx];
    zone->zone_pgdat = &second;
    zone->zone_start_pfn = page_to_pfn(page);
    zone->spanned_pages = zone->present_pages = zone->managed_pages = pages;
    zone->pageblock_flags = flags[idx];
    spin_lock_init(&zone->lock);
    for (int order = 0; order < MAX_ORDER; order++)
        for (int type = 0; type < MIGRATE_TYPES; type++)
            INIT_LIST_HEAD(&zone->free_area[order].free_list[type]);
    for (unsigned long i = 0; i < pages; i++) {
        page[i].flags =
            (unsigned long)idx << ZONES_PGSHIFT | 1ul << NODES_PGSHIFT;
        page[i]._refcount = 0;
    }
    ck_assert_int_eq(page_to_nid(page), 1);
    ck_assert_ptr_eq(page_zone(page), zone);
    ck_assert_ptr_eq(page_pgdat(page), &second);
    spin_lock_irqsave(&zone->lock, irq);
    __free_one_page(zone, page_to_pfn(page), MAX_ORDER - 1);
    spin_unlock_irqrestore(&zone->lock, irq);
}

static void boot_two_nodes(void)
{
    host_boot(32 * 1024, 4 * 1024, 12 * 1024);
    second.node_id = 1;
    node_data[1] = &second;
    for (int i = 0; i < MAX_NR_ZONES; i++)
        move_block((enum zone_type)i);
    drain_all_pages(NULL);
    nr_online_nodes = 2;
    build_all_zonelists();
}

static unsigned long blocks_in(int nid, enum zone_type idx)
{
    const struct zone *zone = &NODE_DATA(nid)->node_zones[idx];

    return zone->free_area[ORDER].nr_free +
           2 * zone->free_area[ORDER + 1].nr_free;
}

/* Takes all blocks that there are for gfp: they come in the order of the
 * list, each zone is used up before the next, and no other is touched. */
static void take_all(int nid, gfp_t gfp, const char *expected)
{
    static struct page *blocks[100];
    unsigned long before[2][MAX_NR_ZONES];
    char order[100] = "", *to = order;
    int n = 0;

    for (int node = 0; node < 2; node++)
        for (int i = 0; i < MAX_NR_ZONES; i++)
            before[node][i] = blocks_in(node, (enum zone_type)i);
    numa_node = nid;
    while ((blocks[n] = get_page_from_freelist(gfp, ORDER, 0x04u))) {
        const struct zone *zone = page_zone(blocks[n]);
        char name[3] = {"DNH"[zone_idx(zone)],
                        (char)('0' + page_to_nid(blocks[n])), 0};

        if (to == order || to[-2] != name[0] || to[-1] != name[1])
            to += sprintf(to, "%s%s", to > order ? " " : "", name);
        n++;
    }
    ck_assert_str_eq(order, expected);
    for (int node = 0; node < 2; node++)
        for (int i = 0; i < MAX_NR_ZONES; i++) {
            char name[3] = {"DNH"[i], (char)('0' + node), 0};

            ck_assert_uint_eq(blocks_in(node, (enum zone_type)i),
                              strstr(expected, name) ? 0 : before[node][i]);
        }
    while (n)
        __free_pages(blocks[--n], ORDER);
    for (int node = 0; node < 2; node++)
        for (int i = 0; i < MAX_NR_ZONES; i++)
            ck_assert_uint_eq(blocks_in(node, (enum zone_type)i),
                              before[node][i]);
    numa_node = 0;
}

START_TEST(allocations_go_from_zone_to_zone_and_node_to_node)
{
    boot_two_nodes();
    take_all(0, GFP_HIGHUSER, "H0 N0 D0 H1 N1 D1");
    take_all(1, GFP_HIGHUSER, "H1 N1 D1 H0 N0 D0");
    take_all(0, GFP_KERNEL, "N0 D0 N1 D1");
    take_all(1, GFP_KERNEL, "N1 D1 N0 D0");
    take_all(1, GFP_KERNEL | GFP_DMA, "D1 D0");
    take_all(1, GFP_HIGHUSER | __GFP_THISNODE, "H1 N1 D1");
    take_all(0, GFP_KERNEL | __GFP_THISNODE, "N0 D0");
}
END_TEST

START_TEST(each_node_has_its_per_cpu_lists)
{
    struct zone *zone = &second.node_zones[ZONE_NORMAL];
    struct page *page;

    boot_two_nodes();
    pcp_init();
    setup_per_zone_wmarks();
    ck_assert_uint_eq(pcp_count(zone), 0);
    numa_node = 1;
    page = alloc_page(GFP_KERNEL);
    ck_assert_ptr_eq(page_zone(page), zone);
    __free_page(page);
    ck_assert_uint_ge(pcp_count(zone), 1);
    ck_assert_ptr_eq(alloc_page(GFP_KERNEL), page);
    __free_page(page);
    numa_node = 0;
    page = alloc_page(GFP_KERNEL);
    ck_assert_int_eq(page_to_nid(page), 0);
    __free_page(page);
    pcp_check();
    drain_all_pages(zone);
    ck_assert_uint_eq(pcp_count(zone), 0);
    buddy_check();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("zonelist");
    TCase *tcase = tcase_create("zonelist");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, zonelists_are_as_in_the_table);
    tcase_add_test(tcase, any_distances_give_the_models_order);
    tcase_add_test(tcase, allocations_go_from_zone_to_zone_and_node_to_node);
    tcase_add_test(tcase, each_node_has_its_per_cpu_lists);
    suite_add_tcase(suite, tcase);
    return mm_unit_main(suite);
}
