/*
 * Split virtqueues: walks descriptor chains that the guest wrote.
 */
#include "devices/virtqueue.h"

#include "base/bits.h"

#define DESC_SIZE 16
#define DESC_NEXT 1
#define DESC_WRITE 2
#define AVAIL_NO_INTERRUPT 1

struct descriptor {
    uint64_t pa;
    uint32_t len;
    uint16_t flags, next;
};

void virtqueue_reset(struct virtqueue *q)
{
    *q = (struct virtqueue){.num = 0};
}

bool virtqueue_is_sound(const struct virtqueue *q, const struct bus *bus)
{
    return is_power_of_two(q->num) && q->num <= VIRTQUEUE_MAX &&
           is_aligned(q->desc_pa, 16) && is_aligned(q->driver_pa, 2) &&
           is_aligned(q->device_pa, 4) &&
           bus_ram(bus, q->desc_pa, (uint64_t)DESC_SIZE * q->num) &&
           bus_ram(bus, q->driver_pa, 6 + 2 * (uint64_t)q->num) &&
           bus_ram(bus, q->device_pa, 6 + 8 * (uint64_t)q->num);
}

/* Adds descriptor `index` to the chain. False if it may not stand there. */
static bool add(const struct virtqueue *q, struct bus *bus,
                struct virtqueue_chain *chain, uint16_t index,
                struct descriptor *desc)
{
    bool is_writable;

    if (index >= q->num || chain->n == q->num ||
        !bus_dma_read(bus, q->desc_pa + (uint64_t)index * DESC_SIZE, desc,
                      DESC_SIZE))
        return false;
    is_writable = desc->flags & DESC_WRITE;
    if ((desc->flags & ~(DESC_NEXT | DESC_WRITE)) || !desc->len ||
        !bus_ram(bus, desc->pa, desc->len) ||
        (!is_writable && chain->n_readable != chain->n))
        return false;
    chain->segments[chain->n++] =
        (struct virtqueue_segment){desc->pa, desc->len};
    if (is_writable) {
        chain->writable += desc->len;
    } else {
        chain->n_readable++;
        chain->readable += desc->len;
    }
    return true;
}

enum virtqueue_result virtqueue_pop(struct virtqueue *q, struct bus *bus,
                                    struct virtqueue_chain *chain)
{
    struct descriptor desc;
    uint16_t avail, index;

    if (!bus_dma_read(bus, q->driver_pa + 2, &avail, sizeof avail))
        return VIRTQUEUE_BROKEN;
    if (avail == q->next_avail)
        return VIRTQUEUE_EMPTY;
    if ((uint16_t)(avail - q->next_avail) > q->num ||
        !bus_dma_read(bus, q->driver_pa + 4 + 2 * (q->next_avail % q->num),
                      &index, sizeof index))
        return VIRTQUEUE_BROKEN;
    chain->head = index;
    chain->n = chain->n_readable = 0;
    chain->readable = chain->writable = 0;
    do { /* ends: a chain has at most `num` descriptors */
        if (!add(q, bus, chain, index, &desc))
            return VIRTQUEUE_BROKEN;
        index = desc.next;
    } while (desc.flags & DESC_NEXT);
    q->next_avail++;
    return VIRTQUEUE_GOT;
}

bool virtqueue_push(struct virtqueue *q, struct bus *bus, uint16_t head,
                    uint32_t len, bool *wants_irq)
{
    const uint32_t element[2] = {head, len};
    uint64_t at = q->device_pa + 4 + 8 * (uint64_t)(q->next_used % q->num);
    uint16_t flags;

    if (!bus_dma_write(bus, at, element, sizeof element))
        return false;
    q->next_used++;
    if (!bus_dma_write(bus, q->device_pa + 2, &q->next_used,
                       sizeof q->next_used) ||
        !bus_dma_read(bus, q->driver_pa, &flags, sizeof flags))
        return false;
    *wants_irq = !(flags & AVAIL_NO_INTERRUPT);
    return true;
}

uint64_t virtqueue_piece(const struct virtqueue_chain *chain, bool is_writable,
                         uint64_t offset, uint64_t len, uint64_t *pa)
{
    unsigned first = is_writable ? chain->n_readable : 0;
    unsigned end = is_writable ? chain->n : chain->n_readable;

    for (unsigned i = first; i < end; i++) {
        const struct virtqueue_segment *s = &chain->segments[i];

        if (offset < s->len) {
            *pa = s->pa + offset;
            return len < s->len - offset ? len : s->len - offset;
        }
        offset -= s->len;
    }
    return 0;
}

bool virtqueue_get(const struct virtqueue_chain *chain, struct bus *bus,
                   uint64_t offset, void *to, uint64_t len)
{
    for (uint64_t done = 0, n, pa; done < len; done += n) {
        n = virtqueue_piece(chain, false, offset + done, len - done, &pa);
        if (!n || !bus_dma_read(bus, pa, (uint8_t *)to + done, n))
            return false;
    }
    return true;
}

bool virtqueue_put(const struct virtqueue_chain *chain, struct bus *bus,
                   uint64_t offset, const void *from, uint64_t len)
{
    for (uint64_t done = 0, n, pa; done < len; done += n) {
        n = virtqueue_piece(chain, true, offset + done, len - done, &pa);
        if (!n || !bus_dma_write(bus, pa, (const uint8_t *)from + done, n))
            return false;
    }
    return true;
}

/* Whether the bytes are the sums of the segments. */
static bool is_sound(const struct virtqueue_chain *chain)
{
    uint64_t readable = 0, writable = 0;

    if (chain->n > VIRTQUEUE_MAX || chain->n_readable > chain->n)
        return false;
    for (unsigned i = 0; i < chain->n; i++)
        *(i < chain->n_readable ? &readable : &writable) +=
            chain->segments[i].len;
    return readable == chain->readable && writable == chain->writable;
}

void virtqueue_chain_archive(struct virtqueue_chain *chain, struct archive *a)
{
    archive_u16(a, "chain_head", &chain->head);
    archive_u32(a, "chain_n_readable", &chain->n_readable);
    archive_u32(a, "chain_n", &chain->n);
    archive_u64(a, "chain_readable", &chain->readable);
    archive_u64(a, "chain_writable", &chain->writable);
    archive_bytes(a, "chain_segments", chain->segments, sizeof chain->segments);
    archive_check(a, is_sound(chain), "chain");
}

void virtqueue_archive(struct virtqueue *q, struct archive *a)
{
    archive_u32(a, "num", &q->num);
    archive_bool(a, "ready", &q->is_ready);
    archive_u64(a, "desc_pa", &q->desc_pa);
    archive_u64(a, "driver_pa", &q->driver_pa);
    archive_u64(a, "device_pa", &q->device_pa);
    archive_u16(a, "next_avail", &q->next_avail);
    archive_u16(a, "next_used", &q->next_used);
}
