/*
 * The guest's red-black trees against a sorted array: random insertions and
 * erasures, with the invariants and an augmented sum checked after each.
 */
#include "guestos/include/rbtree.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit.h"

#define NODES 200
#define STEPS 20000

struct item {
    struct rb_node node;
    unsigned key;
    unsigned long sum; /* of the keys in the subtree */
    bool is_in;
};

static struct item items[NODES];

static struct item *item_of(struct rb_node *node)
{
    return node ? rb_entry(node, struct item, node) : NULL;
}

static unsigned long sum_of(struct rb_node *node)
{
    return node ? item_of(node)->sum : 0;
}

static void update(struct rb_node *node)
{
    item_of(node)->sum =
        item_of(node)->key + sum_of(node->left) + sum_of(node->right);
}

static const struct rb_augment augment = {.update = update};

static void insert(struct rb_root *root, struct item *item)
{
    struct rb_node **link = &root->rb_node, *parent = NULL;

    while (*link) {
        parent = *link;
        link =
            item->key < item_of(parent)->key ? &parent->left : &parent->right;
    }
    rb_link_node(&item->node, parent, link);
    rb_insert_augmented(&item->node, root, &augment);
    item->is_in = true;
}

/* Order, completeness, sums: all that the tree promises. */
static void check_tree(struct rb_root *root)
{
    unsigned long sum = 0, last = 0;
    unsigned expected = 0, seen = 0;

    for (unsigned i = 0; i < NODES; i++) {
        expected += items[i].is_in;
        sum += items[i].is_in ? items[i].key : 0;
    }
    for (struct rb_node *n = rb_first(root); n; n = rb_next(n)) {
        ck_assert_uint_ge(item_of(n)->key, last);
        ck_assert(item_of(n)->is_in);
        ck_assert_uint_eq(item_of(n)->sum,
                          item_of(n)->key + sum_of(n->left) + sum_of(n->right));
        last = item_of(n)->key;
        seen++;
    }
    for (struct rb_node *n = rb_last(root); n; n = rb_prev(n))
        seen--;
    ck_assert_uint_eq(seen, 0);
    ck_assert_uint_eq(sum_of(root->rb_node), sum);
    ck_assert_msg(rb_check(root), "a red-black invariant is broken");
    ck_assert_int_eq(root->rb_node == NULL, expected == 0);
}

START_TEST(random_insertions_and_erasures_keep_every_invariant)
{
    struct rb_root root = RB_ROOT;
    const char *text = getenv("QUIRE_SEED");
    unsigned seed = text ? (unsigned)strtoul(text, NULL, 0) : 7;

    printf("# QUIRE_SEED=%u\n", seed);
    srand(seed);
    for (unsigned i = 0; i < NODES; i++)
        items[i].key = (unsigned)rand() % 100;
    for (unsigned i = 0; i < STEPS; i++) {
        struct item *item = &items[rand() % NODES];

        if (item->is_in) {
            rb_erase_augmented(&item->node, &root, &augment);
            item->is_in = false;
        } else {
            insert(&root, item);
        }
        if (i < 2000 || i % 50 == 0)
            check_tree(&root);
    }
}
END_TEST

START_TEST(a_replaced_node_keeps_its_place)
{
    struct rb_root root = RB_ROOT;
    static struct item a = {.key = 1}, b = {.key = 2}, c = {.key = 3},
                       fresh = {.key = 2};

    insert(&root, &a);
    insert(&root, &b);
    insert(&root, &c);
    rb_replace_node(&b.node, &fresh.node, &root);
    ck_assert_ptr_eq(rb_next(&a.node), &fresh.node);
    ck_assert_ptr_eq(rb_prev(&c.node), &fresh.node);
    ck_assert(rb_check(&root));
}
END_TEST

START_TEST(the_check_sees_a_red_red_pair)
{
    struct rb_root root = RB_ROOT;
    static struct item a = {.key = 1}, b = {.key = 2}, c = {.key = 3},
                       d = {.key = 4};

    insert(&root, &a);
    insert(&root, &b);
    insert(&root, &c);
    insert(&root, &d);
    ck_assert(rb_check(&root));
    c.node.is_red = true;
    ck_assert(!rb_check(&root));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rbtree");
    TCase *tc = tcase_create("rbtree");

    tcase_add_test(tc, random_insertions_and_erasures_keep_every_invariant);
    tcase_add_test(tc, a_replaced_node_keeps_its_place);
    tcase_add_test(tc, the_check_sees_a_red_red_pair);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
