/* Circular doubly linked lists whose links are embedded in the object. */
#ifndef QUIRE_GUESTOS_LIST_H
#define QUIRE_GUESTOS_LIST_H

#include "kernel.h"

struct list_head {
    struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)                                                   \
    {                                                                          \
        &(name), &(name)                                                       \
    }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
    list->next = list;
    list->prev = list;
}

static inline void __list_add(struct list_head *entry, struct list_head *prev,
                              struct list_head *next)
{
    next->prev = entry;
    entry->next = next;
    entry->prev = prev;
    prev->next = entry;
}

/* After `head`: at the front. */
static inline void list_add(struct list_head *entry, struct list_head *head)
{
    __list_add(entry, head, head->next);
}

static inline void list_add_tail(struct list_head *entry,
                                 struct list_head *head)
{
    __list_add(entry, head->prev, head);
}

static inline void __list_del(struct list_head *prev, struct list_head *next)
{
    next->prev = prev;
    prev->next = next;
}

/* A second list_del of the same entry faults. */
static inline void list_del(struct list_head *entry)
{
    __list_del(entry->prev, entry->next);
    entry->next = (struct list_head *)0x100;
    entry->prev = (struct list_head *)0x122;
}

static inline void list_del_init(struct list_head *entry)
{
    __list_del(entry->prev, entry->next);
    INIT_LIST_HEAD(entry);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
    __list_del(entry->prev, entry->next);
    list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry,
                                  struct list_head *head)
{
    __list_del(entry->prev, entry->next);
    list_add_tail(entry, head);
}

static inline bool list_empty(const struct list_head *head)
{
    return head->next == head;
}

static inline bool list_is_last(const struct list_head *entry,
                                const struct list_head *head)
{
    return entry->next == head;
}

static inline bool list_is_singular(const struct list_head *head)
{
    return !list_empty(head) && head->next == head->prev;
}

/* Moves all of `list` behind `at`; `list` itself is left as it was. */
static inline void __list_splice(struct list_head *list, struct list_head *at)
{
    struct list_head *first = list->next, *last = list->prev, *next = at->next;

    first->prev = at;
    at->next = first;
    last->next = next;
    next->prev = last;
}

static inline void list_splice_init(struct list_head *list,
                                    struct list_head *head)
{
    if (!list_empty(list)) {
        __list_splice(list, head);
        INIT_LIST_HEAD(list);
    }
}

static inline void list_splice_tail_init(struct list_head *list,
                                         struct list_head *head)
{
    if (!list_empty(list)) {
        __list_splice(list, head->prev);
        INIT_LIST_HEAD(list);
    }
}

static inline void list_splice(struct list_head *list, struct list_head *head)
{
    if (!list_empty(list)) {
        __list_splice(list, head);
    }
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member)                                   \
    list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)                                    \
    list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member)                           \
    (list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(pos, member)                                           \
    list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member)                                           \
    list_entry((pos)->member.prev, __typeof__(*(pos)), member)

#define list_for_each(pos, head)                                               \
    for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)
#define list_for_each_safe(pos, n, head)                                       \
    for ((pos) = (head)->next, (n) = (pos)->next; (pos) != (head);             \
         (pos) = (n), (n) = (pos)->next)
#define list_for_each_entry(pos, head, member)                                 \
    for ((pos) = list_first_entry(head, __typeof__(*(pos)), member);           \
         &(pos)->member != (head); (pos) = list_next_entry(pos, member))
#define list_for_each_entry_reverse(pos, head, member)                         \
    for ((pos) = list_last_entry(head, __typeof__(*(pos)), member);            \
         &(pos)->member != (head); (pos) = list_prev_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)                         \
    for ((pos) = list_first_entry(head, __typeof__(*(pos)), member),           \
        (n) = list_next_entry(pos, member);                                    \
         &(pos)->member != (head);                                             \
         (pos) = (n), (n) = list_next_entry(n, member))

/* Lists with a one-pointer head, for hash tables. */
struct hlist_node {
    struct hlist_node *next, **pprev;
};

struct hlist_head {
    struct hlist_node *first;
};

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
    n->next = h->first;
    if (n->next) {
        n->next->pprev = &n->next;
    }
    h->first = n;
    n->pprev = &h->first;
}

static inline void hlist_del(struct hlist_node *n)
{
    *n->pprev = n->next;
    if (n->next) {
        n->next->pprev = n->pprev;
    }
    n->next = NULL;
    n->pprev = NULL;
}

#define hlist_entry_safe(ptr, type, member)                                    \
    ((ptr) ? container_of(ptr, type, member) : NULL)
#define hlist_for_each_entry(pos, head, member)                                \
    for ((pos) = hlist_entry_safe((head)->first, __typeof__(*(pos)), member);  \
         (pos); (pos) = hlist_entry_safe((pos)->member.next,                   \
                                         __typeof__(*(pos)), member))

#endif
