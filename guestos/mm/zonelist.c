/*
 * In which order zones are tried. Each node has two lists: of its own zones
 * from the highest down (ZONELIST_NOFALLBACK), and of all zones, the own ones
 * first and then node by node, the nearest first (ZONELIST_FALLBACK). An
 * allocation starts at the first zone that is not above its highest. So an
 * allocation for users would rather have a lower zone of its own node than
 * high memory of another, as in Linux's node order.
 *
 *     node 0, distances 10 20 15:  H0 N0 D0  H2 N2 D2  H1 N1 D1
 *
 * Owns node_zonelists, written at boot only, and the table of distances.
 * Mirrors Linux's build_zonelists, find_next_best_node, node_distance.
 */
#include "internal.h"
#include "kernel.h"

#if NODES_SHIFT
struct pglist_data *node_data[MAX_NUMNODES] = {&contig_page_data};
int nr_online_nodes = 1;
int numa_node;
#endif

/* 0: as far as nodes are that nobody has said anything about. */
static u8 distances[MAX_NUMNODES][MAX_NUMNODES];

int node_distance(int from, int to)
{
    if (distances[from][to])
        return distances[from][to];
    return from == to ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

void set_node_distance(int from, int to, int distance)
{
    BUG_ON(distance < LOCAL_DISTANCE || distance > 255);
    distances[from][to] = (u8)distance;
}

int find_next_best_node(int node, unsigned long *used)
{
    int best = -1, least = 0, nid;

    if (!(*used >> node & 1)) {
        *used |= 1ul << node;
        return node;
    }
    for_each_online_node(nid)
    {
        int value;

        if (*used >> nid & 1)
            continue;
        /* Of two that are as near, the one behind: so not all nodes turn to
         * node 0 first. */
        value = 2 * node_distance(node, nid) + (nid < node);
        if (best < 0 || value < least) {
            best = nid;
            least = value;
        }
    }
    if (best >= 0)
        *used |= 1ul << best;
    return best;
}

/* The node's zones that have memory, from the highest down. */
static struct zoneref *add_node(struct pglist_data *pgdat, struct zoneref *to)
{
    for (int i = MAX_NR_ZONES - 1; i >= 0; i--)
        if (populated_zone(&pgdat->node_zones[i]))
            *to++ = (struct zoneref){&pgdat->node_zones[i], (enum zone_type)i};
    return to;
}

static void build_zonelists(struct pglist_data *pgdat)
{
    struct zoneref *z = pgdat->node_zonelists[ZONELIST_NOFALLBACK]._zonerefs;
    unsigned long used = 0;
    int nid;

    z = add_node(pgdat, z);
    z->zone = NULL;
    z = pgdat->node_zonelists[ZONELIST_FALLBACK]._zonerefs;
    while ((nid = find_next_best_node(pgdat->node_id, &used)) >= 0)
        z = add_node(NODE_DATA(nid), z);
    z->zone = NULL;
}

void build_all_zonelists(void)
{
    int nid;

    for_each_online_node(nid) build_zonelists(NODE_DATA(nid));
}
