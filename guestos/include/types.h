/*
 * The kernel's basic types. Hosted builds (mm/ under test) take those that
 * the C library names too from there, so that both can be included together.
 */
#ifndef QUIRE_GUESTOS_TYPES_H
#define QUIRE_GUESTOS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#if __STDC_HOSTED__
#include <sys/types.h>
#else
typedef int pid_t;
typedef unsigned uid_t;
typedef unsigned gid_t;
typedef unsigned mode_t;
typedef u64 dev_t;
typedef long ssize_t;
typedef s64 loff_t;
#endif

typedef u64 phys_addr_t; /* 34 bits on Sv32 */
typedef u64 sector_t;    /* of 512 bytes */
typedef unsigned long pgoff_t;
typedef unsigned gfp_t;
typedef unsigned vm_fault_t;
typedef unsigned umode_t;

#define __user /* a pointer into the current task's address space */

#endif
