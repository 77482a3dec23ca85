/*
 * The VMAs of an address space against an array that says for each page
 * whether it is mapped and with which rights.
 */
#include "err.h"
#include "errno.h"
#include "guestos/arch/host/host.h"
#include "percpu_counter.h"
#include "guestos/mm/internal.h"
#include "proc_fs.h"
#include "string.h"
#include "tests/mm_unit.h"

#define BASE 0x10000000ul
#define PAGES 128
#define UNMAPPED 0xff

static unsigned char model[PAGES]; /* PROT_*, or UNMAPPED */

static void boot(void)
{
    host_seed();
    host_boot(16 * 1024, 2048, 12288);
    host_run_as(host_process("vma"));
    memset(model, UNMAPPED, sizeof model);
}

static unsigned long at(unsigned long page)
{
    return BASE + page * PAGE_SIZE;
}

static unsigned char rights_of(const struct vm_area_struct *vma)
{
    unsigned char prot = 0;

    prot |= vma->vm_flags & VM_READ ? PROT_READ : 0;
    prot |= vma->vm_flags & VM_WRITE ? PROT_WRITE : 0;
    prot |= vma->vm_flags & VM_EXEC ? PROT_EXEC : 0;
    return prot;
}

static void compare(void)
{
    struct mm_struct *mm = current->mm;
    unsigned long mapped = 0;

    vma_check(mm);
    for (unsigned long i = 0; i < PAGES; i++) {
        struct vm_area_struct *vma = find_vma(mm, at(i));
        bool is_there = vma && vma->vm_start <= at(i);

        ck_assert_int_eq(is_there, model[i] != UNMAPPED);
        if (is_there)
            ck_assert_uint_eq(rights_of(vma), model[i]);
        mapped += is_there;
    }
    ck_assert_uint_eq(mm->total_vm, mapped);
    for (struct vm_area_struct *v = mm->mmap; v && v->vm_next; v = v->vm_next)
        ck_assert(v->vm_end != v->vm_next->vm_start ||
                  v->vm_flags != v->vm_next->vm_flags ||
                  v->anon_vma != v->vm_next->anon_vma);
}

static bool all_mapped(unsigned long first, unsigned long n)
{
    for (unsigned long i = first; i < first + n; i++)
        if (model[i] == UNMAPPED)
            return false;
    return true;
}

/* The page allows what the model says, whatever the TLB knew before. */
static void probe(unsigned long page)
{
    u32 word;

    ck_assert_int_eq(host_store(at(page), 1),
                     model[page] != UNMAPPED && model[page] & PROT_WRITE);
    ck_assert_int_eq(host_load(at(page), &word),
                     model[page] != UNMAPPED && model[page] != 0);
}

static void random_step(void)
{
    unsigned long first = host_random(PAGES);
    unsigned long n = 1 + host_random(min(16ul, PAGES - first));
    unsigned long prot = host_random(4);
    unsigned long result;

    probe(first);
    switch (host_random(4)) {
    case 0:
        result = vm_mmap(NULL, at(first), n * PAGE_SIZE, prot,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
        ck_assert_uint_eq(result, at(first));
        memset(model + first, (int)prot, n);
        break;
    case 1:
        ck_assert_int_eq(vm_munmap(at(first), n * PAGE_SIZE), 0);
        memset(model + first, UNMAPPED, n);
        break;
    default:
        if (!all_mapped(first, n))
            break;
        ck_assert_int_eq(do_mprotect(at(first), n * PAGE_SIZE, prot), 0);
        memset(model + first, (int)prot, n);
    }
    probe(first);
}

START_TEST(random_mappings_agree_with_an_array_of_pages)
{
    boot();
    for (int step = 0; step < 6000; step++) {
        random_step();
        if (step % 8 == 0)
            compare();
        if (step % 64 == 0)
            mm_audit();
    }
    host_exit(current);
    mm_audit();
    ck_assert_int_eq(percpu_counter_sum(&vm_committed_as), 0);
}
END_TEST

START_TEST(every_error_is_linux_own)
{
    unsigned long flags = MAP_PRIVATE | MAP_ANONYMOUS;

    boot();
    ck_assert_int_eq(sys_mmap2(0, 0, 3, flags, 0, 0), -EINVAL);
    ck_assert_int_eq(sys_mmap2(0, 4096, 3, MAP_ANONYMOUS, 0, 0), -EINVAL);
    ck_assert_int_eq(sys_mmap2(0, 4096, 3, MAP_PRIVATE, 99, 0), -EBADF);
    ck_assert_int_eq(sys_mmap2(BASE + 1, 4096, 3, flags | MAP_FIXED, 0, 0),
                     -EINVAL);
    ck_assert_int_eq(sys_mmap2(0, 4096, 3, flags | MAP_FIXED, 0, 0), -EPERM);
    ck_assert_int_eq(sys_mmap2(TASK_SIZE, 4096, 3, flags | MAP_FIXED, 0, 0),
                     -ENOMEM);
    ck_assert_int_eq(sys_mmap2(0, TASK_SIZE, 3, flags, 0, 0), -ENOMEM);
    ck_assert_int_eq(sys_munmap(BASE + 1, 4096), -EINVAL);
    ck_assert_int_eq(sys_munmap(BASE, 0), -EINVAL);
    ck_assert_int_eq(sys_munmap(BASE, 4096), 0);
    ck_assert_int_eq(sys_mprotect(BASE, 4096, 1), -ENOMEM);
    ck_assert_int_eq(sys_mprotect(BASE + 1, 4096, 1), -EINVAL);
    ck_assert_int_eq(sys_madvise(BASE, 4096, MADV_DONTNEED), -ENOMEM);
    ck_assert_int_eq(sys_madvise(BASE, 4096, 12345), -EINVAL);
    ck_assert_int_eq(sys_mmap2(BASE, 4096, 3, flags | MAP_FIXED, 0, 0),
                     (long)BASE);
    ck_assert_int_eq(
        sys_mmap2(BASE, 4096, 3, flags | MAP_FIXED_NOREPLACE, 0, 0), -EEXIST);
}
END_TEST

START_TEST(mmap_fills_from_the_top_and_uses_holes)
{
    unsigned long flags = MAP_PRIVATE | MAP_ANONYMOUS;
    unsigned long a, b, c;

    boot();
    a = vm_mmap(NULL, 0, 3 * PAGE_SIZE, 3, flags, 0);
    b = vm_mmap(NULL, 0, PAGE_SIZE, 1, flags, 0);
    c = vm_mmap(NULL, 0, PAGE_SIZE, 3, flags, 0);
    ck_assert_uint_eq(a + 3 * PAGE_SIZE, current->mm->mmap_base);
    ck_assert_uint_eq(b + PAGE_SIZE, a);
    ck_assert_uint_eq(c + PAGE_SIZE, b);
    ck_assert_int_eq(vm_munmap(a + PAGE_SIZE, PAGE_SIZE), 0);
    ck_assert_int_eq(current->mm->map_count, 4);
    ck_assert_uint_eq(vm_mmap(NULL, 0, PAGE_SIZE, 3, flags, 0), a + PAGE_SIZE);
    ck_assert_int_eq(current->mm->map_count, 3);
}
END_TEST

START_TEST(the_heap_grows_shrinks_and_obeys_its_limit)
{
    struct mm_struct *mm;
    u32 word;

    boot();
    mm = current->mm;
    mm->start_brk = mm->brk = BASE;
    ck_assert_uint_eq((unsigned long)sys_brk(0), BASE);
    ck_assert_uint_eq((unsigned long)sys_brk(BASE + 10000), BASE + 10000);
    ck_assert(host_store(BASE + 8192, 42));
    ck_assert_uint_eq((unsigned long)sys_brk(BASE + 20000), BASE + 20000);
    ck_assert_int_eq(mm->map_count, 1);
    ck_assert_uint_eq((unsigned long)sys_brk(BASE + 100), BASE + 100);
    ck_assert(!host_load(BASE + 8192, &word));
    current->rlim[RLIMIT_DATA].cur = 8192;
    ck_assert_uint_eq((unsigned long)sys_brk(BASE + 9000), BASE + 100);
    mm_audit();
}
END_TEST

START_TEST(the_stack_grows_to_its_limit_and_keeps_its_distance)
{
    unsigned long top = 0x20000000, gap = STACK_GUARD_GAP;
    struct vm_area_struct *vma;

    boot();
    ck_assert_int_eq(setup_stack_vma(current->mm, top), 0);
    ck_assert(host_store(top - 100 * PAGE_SIZE, 1));
    vma = find_vma(current->mm, top - 1);
    ck_assert_uint_eq(vma->vm_start, top - 100 * PAGE_SIZE);
    current->rlim[RLIMIT_STACK].cur = 200 * PAGE_SIZE;
    ck_assert(!host_store(top - 201 * PAGE_SIZE, 1));
    ck_assert(host_store(top - 200 * PAGE_SIZE, 1));
    current->rlim[RLIMIT_STACK].cur = RLIM_INFINITY;
    vm_mmap(NULL, top - 300 * PAGE_SIZE - gap, PAGE_SIZE, 3,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
    ck_assert(!host_store(top - 300 * PAGE_SIZE, 1));
    ck_assert(host_store(top - 299 * PAGE_SIZE, 1));
    mm_audit();
}
END_TEST

START_TEST(a_fork_without_memory_leaves_nothing_behind)
{
    struct task_struct *parent;

    boot();
    parent = current;
    for (unsigned long i = 0; i < 20; i++) {
        vm_mmap(NULL, BASE + i * (8ul << 20), PAGE_SIZE, 3,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
        host_store(BASE + i * (8ul << 20), (u32)i);
    }
    for (unsigned long nth = 1; nth < 40; nth++) {
        struct task_struct *child;

        fail_nth = nth;
        child = host_fork(parent);
        fail_nth = 0;
        if (child)
            host_exit(child);
        mm_audit();
    }
    for (u32 i = 0; i < 20; i++) {
        u32 word;

        ck_assert(host_load(BASE + i * (8ul << 20), &word));
        ck_assert_uint_eq(word, i);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mm_vma");
    TCase *tc = tcase_create("mm_vma");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, random_mappings_agree_with_an_array_of_pages);
    tcase_add_test(tc, every_error_is_linux_own);
    tcase_add_test(tc, mmap_fills_from_the_top_and_uses_holes);
    tcase_add_test(tc, the_heap_grows_shrinks_and_obeys_its_limit);
    tcase_add_test(tc, the_stack_grows_to_its_limit_and_keeps_its_distance);
    tcase_add_test(tc, a_fork_without_memory_leaves_nothing_behind);
    suite_add_tcase(suite, tc);
    return mm_unit_main(suite);
}
