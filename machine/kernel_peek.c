/*
 * Reads by the direct map's arithmetic, which holds before paging is on and
 * in M-mode, too; elsewhere (vmalloc) by the hart's own translation.
 */
#include "machine/kernel_peek.h"

#include <string.h>

#include "base/bits.h"
#include "machine/machine.h"
#include "machine/octavo_layout.h"

#define PAGE_SHIFT 12
#define REG_TP 4

static void find_member(struct symbols *s, const char *name,
                        struct symbol_member *m)
{
    if (!symbols_member(s, "task_struct", name, m))
        m->size = 0;
}

void kernel_peek_init(struct kernel_peek *k, const struct machine *m,
                      struct symbols *s)
{
    uint64_t size;

    *k = (struct kernel_peek){.machine = m};
    find_member(s, "pid", &k->pid);
    find_member(s, "comm", &k->comm);
    find_member(s, "thread_info.cpu", &k->cpu);
    find_member(s, "thread_info.preempt_count", &k->preempt_count);
    find_member(s, "thread_info.flags", &k->thread_flags);
    find_member(s, "state", &k->state);
    find_member(s, "exit_state", &k->exit_state);
    find_member(s, "mm", &k->mm);
    if (!symbols_find(s, "mem_map", &k->mem_map_va, &size))
        k->mem_map_va = 0;
    if (!symbols_find(s, "page_group_by_mobility_disabled", &k->one_type_va,
                      &size))
        k->one_type_va = 0;
    if (!symbols_type_size(s, "page", &k->page_bytes))
        k->page_bytes = 0;
}

bool kernel_peek_bytes(const struct kernel_peek *k, uint64_t va, void *to,
                       size_t len)
{
    const struct bus *bus = &k->machine->bus;

    if (va >= DIRECT_MAP_VA && va < DIRECT_MAP_END_VA &&
        va - DIRECT_MAP_VA < bus->ram_size)
        return machine_peek(k->machine, va - DIRECT_MAP_VA + bus->ram_base_pa,
                            to, len);
    return machine_peek_virtual(k->machine, k->hart, va, to, len);
}

static bool peek_number(const struct kernel_peek *k, uint64_t va, unsigned size,
                        uint64_t *value)
{
    uint8_t bytes[8];

    if (!size || size > sizeof bytes || !kernel_peek_bytes(k, va, bytes, size))
        return false;
    *value = 0;
    for (unsigned i = 0; i < size; i++)
        *value |= (uint64_t)bytes[i] << 8 * i;
    return true;
}

bool kernel_peek_member(const struct kernel_peek *k, uint64_t va,
                        const struct symbol_member *m, uint64_t *value)
{
    return va && !m->bit_size && peek_number(k, va + m->offset, m->size, value);
}

bool kernel_peek_text(const struct kernel_peek *k, uint64_t va, size_t max,
                      char *to, size_t size)
{
    size_t i = 0;

    for (; i + 1 < size && i < max; i++) {
        if (!kernel_peek_bytes(k, va + i, to + i, 1))
            return false;
        if (!to[i])
            return true;
        if (to[i] < ' ' || to[i] > '~')
            to[i] = '?';
    }
    to[i] = 0;
    return true;
}

bool kernel_peek_pfn(const struct kernel_peek *k, uint64_t page_va,
                     uint64_t *pfn)
{
    unsigned word = k->machine->harts[0].xlen / 8;
    uint64_t map;

    if (!k->mem_map_va || !k->page_bytes ||
        !peek_number(k, k->mem_map_va, word, &map) || page_va < map)
        return false;
    *pfn = (page_va - map) / k->page_bytes +
           (k->machine->bus.ram_base_pa >> PAGE_SHIFT);
    return true;
}

bool kernel_peek_has_types(const struct kernel_peek *k)
{
    uint64_t is_disabled = 0;

    return !k->one_type_va ||
           !peek_number(k, k->one_type_va, 1, &is_disabled) || !is_disabled;
}

static uint64_t member_or(const struct kernel_peek *k, uint64_t va,
                          const struct symbol_member *m, uint64_t other)
{
    uint64_t value;

    return kernel_peek_member(k, va, m, &value) ? value : other;
}

bool kernel_peek_task(const struct kernel_peek *k, uint64_t va,
                      struct kernel_task *task)
{
    uint64_t pid;

    *task = (struct kernel_task){.comm = ""};
    if (!k->comm.size || !kernel_peek_member(k, va, &k->pid, &pid) ||
        !kernel_peek_text(k, va + k->comm.offset, k->comm.size, task->comm,
                          sizeof task->comm))
        return false;
    task->pid = (int32_t)pid;
    task->preempt_count = member_or(k, va, &k->preempt_count, 0);
    task->thread_flags = member_or(k, va, &k->thread_flags, 0);
    task->state = member_or(k, va, &k->state, 0);
    task->exit_state = member_or(k, va, &k->exit_state, 0);
    task->mm = member_or(k, va, &k->mm, 0);
    task->cpu = (unsigned)member_or(k, va, &k->cpu, k->hart);
    return true;
}

bool kernel_peek_current(const struct kernel_peek *k, struct kernel_task *task)
{
    const struct hart *h = &k->machine->harts[k->hart];
    uint64_t va = h->xlen == 32 ? (uint32_t)h->x[REG_TP] : h->x[REG_TP];

    return h->priv == PRIV_S && va >= DIRECT_MAP_VA &&
           kernel_peek_task(k, va, task);
}
