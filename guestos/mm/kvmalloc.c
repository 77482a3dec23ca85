/*
 * Memory of any size for those who do not need one block: kmalloc if that is
 * easy, else vmalloc. Mirrors Linux's kvmalloc_node, kvfree.
 */
#include "kernel.h"
#include "slab.h"
#include "vmalloc.h"

void *kvmalloc(size_t size, gfp_t gfp)
{
    gfp_t attempt = gfp;
    void *p;

    /* vmalloc may sleep, and do I/O. */
    if ((gfp & GFP_KERNEL) != GFP_KERNEL)
        return kmalloc(size, gfp);
    /* A large block is not worth a hunt for it. */
    if (size > PAGE_SIZE) {
        attempt |= __GFP_NOWARN;
        if (!(gfp & __GFP_RETRY_MAYFAIL))
            attempt |= __GFP_NORETRY;
    }
    p = kmalloc(size, attempt);
    if (p || size <= PAGE_SIZE || size > INT32_MAX)
        return p;
    return __vmalloc_node(size, 1, gfp,
                          (unsigned long)__builtin_return_address(0));
}

void kvfree(const void *addr)
{
    if (is_vmalloc_addr(addr))
        vfree(addr);
    else
        kfree(addr);
}
