/*
 * Misuse on purpose: `echo NAME > /sys/kernel/debug/slab_test/misuse` does one
 * of the mistakes that debugging is there to find, to an object of a cache of
 * its own with everything on, as Linux's lib/slub_kunit.c does. The kernel
 * reports it and goes on.
 */
#include "init.h"
#include "kernel.h"
#include "kmem_cache.h"
#include "string.h"
#include "sysfs.h"

#if !__STDC_HOSTED__

#define SIZE 64

static struct kmem_cache *test_cache; /* set at boot */

static void overrun(char *object)
{
    object[SIZE] = 0x12;
    kmem_cache_free(test_cache, object);
}

static void underrun(char *object)
{
    object[-1] = 0x12;
    kmem_cache_free(test_cache, object);
}

static void double_free(char *object)
{
    kmem_cache_free(test_cache, object);
    kmem_cache_free(test_cache, object);
}

static void bad_pointer(char *object)
{
    kmem_cache_free(test_cache, object + 4);
    kmem_cache_free(test_cache, object);
}

/* Found when the object is handed out again. */
static void use_after_free(char *object)
{
    kmem_cache_free(test_cache, object);
    object[9] = 0x78;
    kmem_cache_free(test_cache, kmem_cache_alloc(test_cache, GFP_KERNEL));
}

static const struct {
    const char *name;
    void (*make)(char *object);
} mistakes[] = {
    {"overrun", overrun},
    {"underrun", underrun},
    {"double_free", double_free},
    {"bad_pointer", bad_pointer},
    {"use_after_free", use_after_free},
};

static int misuse_store(void *data, const char *text)
{
    (void)data;
    for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
        char *object;

        if (strcmp(text, mistakes[i].name) != 0)
            continue;
        object = kmem_cache_alloc(test_cache, GFP_KERNEL);
        if (!object)
            return -ENOMEM;
        mistakes[i].make(object);
        return 0;
    }
    return -EINVAL;
}

static int misuse_show(struct seq_file *m, void *data)
{
    (void)data;
    for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
        seq_printf(m, "%s\n", mistakes[i].name);
    return 0;
}

static const struct sysfs_attr test_attrs[] = {
    {"misuse", 0644, misuse_show, misuse_store},
    {NULL, 0, NULL, NULL},
};

static int __init slab_selftest_init(void)
{
    test_cache =
        kmem_cache_create("TestSlab", SIZE, 0, SLAB_DEBUG_DEFAULT, NULL);
    return test_cache &&
                   sysfs_create_dir(sysfs_debug, "slab_test", test_attrs, NULL)
               ? 0
               : -ENOMEM;
}
module_init(slab_selftest_init);
#endif
