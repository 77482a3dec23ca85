/*
 * The supervisor binary interface as our firmware offers it and Octavo uses
 * it: RISC-V SBI 2.0. Call: extension in a7, function in a6,
 * arguments in a0 .. a5; back come a0 = error and a1 = value, the rest is
 * kept. The legacy calls have no function number and return in a0 alone.
 */
#ifndef QUIRE_ABI_SBI_H
#define QUIRE_ABI_SBI_H

#define SBI_SUCCESS 0
#define SBI_ERR_FAILED (-1)
#define SBI_ERR_NOT_SUPPORTED (-2)
#define SBI_ERR_INVALID_PARAM (-3)
#define SBI_ERR_DENIED (-4)
#define SBI_ERR_INVALID_ADDRESS (-5)
#define SBI_ERR_ALREADY_AVAILABLE (-6)

#define SBI_SPEC_VERSION 0x02000000 /* major << 24 | minor: 2.0 */
#define SBI_IMPL_ID 0x51554952      /* "QUIR": not a registered number */
#define SBI_IMPL_VERSION 1

/* Legacy calls. */
#define SBI_LEGACY_SET_TIMER 0
#define SBI_LEGACY_PUTCHAR 1
#define SBI_LEGACY_GETCHAR 2 /* -1: nothing there */
#define SBI_LEGACY_CLEAR_IPI 3
#define SBI_LEGACY_SHUTDOWN 8

#define SBI_BASE 0x10
#define SBI_BASE_SPEC_VERSION 0
#define SBI_BASE_IMPL_ID 1
#define SBI_BASE_IMPL_VERSION 2
#define SBI_BASE_PROBE 3 /* (extension): 0 if absent */
#define SBI_BASE_MVENDORID 4
#define SBI_BASE_MARCHID 5
#define SBI_BASE_MIMPID 6

#define SBI_TIME 0x54494d45
#define SBI_TIME_SET_TIMER 0 /* (lo, hi): clears STIP, sets it at that time */

#define SBI_IPI 0x00735049
#define SBI_IPI_SEND 0 /* (mask, mask base): base -1 means every hart */

#define SBI_RFENCE 0x52464e43
#define SBI_RFENCE_FENCE_I 0          /* (mask, mask base) */
#define SBI_RFENCE_SFENCE_VMA 1       /* (mask, base, start, size) */
#define SBI_RFENCE_SFENCE_VMA_ASID 2  /* (mask, base, start, size, asid) */

#define SBI_HSM 0x0048534d
#define SBI_HSM_START 0 /* (hart, address, a1) */
#define SBI_HSM_STOP 1
#define SBI_HSM_STATUS 2 /* (hart): its state */
#define SBI_HSM_SUSPEND 3 /* (type, address, a1) */
#define SBI_HSM_RETENTIVE 0u
#define SBI_HSM_NON_RETENTIVE 0x80000000u
#define SBI_HSM_STARTED 0
#define SBI_HSM_STOPPED 1
#define SBI_HSM_START_PENDING 2
#define SBI_HSM_SUSPENDED 4

#define SBI_SRST 0x53525354
#define SBI_SRST_RESET 0 /* (type, reason) */
#define SBI_SRST_SHUTDOWN 0
#define SBI_SRST_COLD_REBOOT 1
#define SBI_SRST_WARM_REBOOT 2
#define SBI_SRST_NO_REASON 0
#define SBI_SRST_FAILURE 1 /* the finisher gets FAIL with code 1 */

#define SBI_DBCN 0x4442434e
#define SBI_DBCN_WRITE 0 /* (bytes, base lo, base hi): physical address */
#define SBI_DBCN_READ 1
#define SBI_DBCN_WRITE_BYTE 2

/* What a2 points at when the firmware starts: five words of XLEN bits. */
#define FW_DYNAMIC_MAGIC 0x4942534f
#define FW_DYNAMIC_VERSION 2
#define FW_DYNAMIC_MODE_S 1

/*
 * The firmware's own memory, from FIRMWARE_BASE: closed to S and U by PMP and
 * named in the FDT's memory reservation block, which the firmware extends.
 */
#define FIRMWARE_SIZE 0x8000

#endif
