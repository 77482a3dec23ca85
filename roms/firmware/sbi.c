/*
 * The SBI calls (abi/sbi.h), an extension a function.
 */
#include "roms/firmware/firmware.h"
#include "abi/platform.h"
#include "abi/sbi.h"

enum { A0 = 10, A1, A2, A3, A4, A5, A6, A7 };

struct sbi_result {
    int32_t error;
    uint32_t value;
};

static struct sbi_result failure(int32_t error)
{
    return (struct sbi_result){error, 0};
}

static struct sbi_result success(uint32_t value)
{
    return (struct sbi_result){SBI_SUCCESS, value};
}

static struct sbi_result time_call(uint32_t function, const uint32_t *x)
{
    if (function != SBI_TIME_SET_TIMER)
        return failure(SBI_ERR_NOT_SUPPORTED);
    timer_set((uint64_t)x[A1] << 32 | x[A0]);
    return success(0);
}

static struct sbi_result ipi_call(uint32_t function, const uint32_t *x)
{
    uint32_t harts;

    if (function != SBI_IPI_SEND)
        return failure(SBI_ERR_NOT_SUPPORTED);
    if (!harts_named(x[A0], x[A1], &harts))
        return failure(SBI_ERR_INVALID_PARAM);
    harts_interrupt(harts);
    return success(0);
}

static struct sbi_result rfence_call(uint32_t function, const uint32_t *x)
{
    const struct fence f = {function, x[A2], x[A3], x[A4]};
    uint32_t harts;

    if (function > SBI_RFENCE_SFENCE_VMA_ASID)
        return failure(SBI_ERR_NOT_SUPPORTED);
    if (!harts_named(x[A0], x[A1], &harts))
        return failure(SBI_ERR_INVALID_PARAM);
    harts_fence(harts, &f);
    return success(0);
}

static struct sbi_result hsm_call(uint32_t function, const uint32_t *x)
{
    uint32_t state;

    switch (function) {
    case SBI_HSM_START:
        return failure(hart_start(x[A0], x[A1], x[A2]));
    case SBI_HSM_STOP:
        hart_stop();
    case SBI_HSM_STATUS:
        return hart_status(x[A0], &state) ? success(state)
                                          : failure(SBI_ERR_INVALID_PARAM);
    case SBI_HSM_SUSPEND:
        return failure(hart_suspend(x[A0], x[A1], x[A2]));
    default:
        return failure(SBI_ERR_NOT_SUPPORTED);
    }
}

static struct sbi_result reset_call(uint32_t function, const uint32_t *x)
{
    if (function != SBI_SRST_RESET)
        return failure(SBI_ERR_NOT_SUPPORTED);
    if (x[A0] > SBI_SRST_WARM_REBOOT || x[A1] > SBI_SRST_FAILURE)
        return failure(SBI_ERR_INVALID_PARAM);
    if (x[A0] != SBI_SRST_SHUTDOWN)
        finish(FINISHER_RESET);
    finish(x[A1] == SBI_SRST_FAILURE ? 1u << 16 | FINISHER_FAIL
                                     : FINISHER_PASS);
}

/* S-mode names physical memory: it must lie in DRAM that S may touch. */
static bool buffer_is_allowed(uint32_t size, uint32_t base, uint32_t base_high)
{
    return base_high == 0 && base >= FIRMWARE_BASE + FIRMWARE_SIZE &&
           size <= -base;
}

static struct sbi_result console_write(uint32_t size, uint32_t base)
{
    for (uint32_t done = 0; done < size; done++) {
        uint8_t byte;

        if (!memory_try_load(base + done, &byte))
            return failure(SBI_ERR_INVALID_PARAM);
        console_put(byte);
    }
    return success(size);
}

static struct sbi_result console_read(uint32_t size, uint32_t base)
{
    uint32_t done = 0;

    for (int byte; done < size && (byte = console_get()) >= 0; done++)
        if (!memory_try_store(base + done, (uint8_t)byte))
            return failure(SBI_ERR_INVALID_PARAM);
    return success(done);
}

static struct sbi_result console_call(uint32_t function, const uint32_t *x)
{
    if (function == SBI_DBCN_WRITE_BYTE) {
        console_put((uint8_t)x[A0]);
        return success(0);
    }
    if (function > SBI_DBCN_WRITE_BYTE)
        return failure(SBI_ERR_NOT_SUPPORTED);
    if (!buffer_is_allowed(x[A0], x[A1], x[A2]))
        return failure(SBI_ERR_INVALID_PARAM);
    return function == SBI_DBCN_WRITE ? console_write(x[A0], x[A1])
                                      : console_read(x[A0], x[A1]);
}

static uint32_t probe(uint32_t extension)
{
    switch (extension) {
    case SBI_LEGACY_SET_TIMER:
    case SBI_LEGACY_PUTCHAR:
    case SBI_LEGACY_GETCHAR:
    case SBI_LEGACY_CLEAR_IPI:
    case SBI_LEGACY_SHUTDOWN:
    case SBI_BASE:
    case SBI_TIME:
    case SBI_IPI:
    case SBI_RFENCE:
    case SBI_HSM:
    case SBI_SRST:
    case SBI_DBCN:
        return 1;
    default:
        return 0;
    }
}

static struct sbi_result base_call(uint32_t function, const uint32_t *x)
{
    switch (function) {
    case SBI_BASE_SPEC_VERSION:
        return success(SBI_SPEC_VERSION);
    case SBI_BASE_IMPL_ID:
        return success(SBI_IMPL_ID);
    case SBI_BASE_IMPL_VERSION:
        return success(SBI_IMPL_VERSION);
    case SBI_BASE_PROBE:
        return success(probe(x[A0]));
    case SBI_BASE_MVENDORID:
        return success(csr_read(mvendorid));
    case SBI_BASE_MARCHID:
        return success(csr_read(marchid));
    case SBI_BASE_MIMPID:
        return success(csr_read(mimpid));
    default:
        return failure(SBI_ERR_NOT_SUPPORTED);
    }
}

/* The calls of SBI 0.1: one return value, in a0. */
static uint32_t legacy_call(uint32_t extension, const uint32_t *x)
{
    switch (extension) {
    case SBI_LEGACY_SET_TIMER:
        timer_set((uint64_t)x[A1] << 32 | x[A0]);
        return 0;
    case SBI_LEGACY_PUTCHAR:
        console_put((uint8_t)x[A0]);
        return 0;
    case SBI_LEGACY_GETCHAR:
        return (uint32_t)console_get();
    case SBI_LEGACY_CLEAR_IPI:
        csr_clear(mip, MIP_SSIP);
        return 0;
    case SBI_LEGACY_SHUTDOWN:
        finish(FINISHER_PASS);
    default:
        return (uint32_t)SBI_ERR_NOT_SUPPORTED;
    }
}

static struct sbi_result call(uint32_t extension, uint32_t function,
                              const uint32_t *x)
{
    switch (extension) {
    case SBI_BASE:
        return base_call(function, x);
    case SBI_TIME:
        return time_call(function, x);
    case SBI_IPI:
        return ipi_call(function, x);
    case SBI_RFENCE:
        return rfence_call(function, x);
    case SBI_HSM:
        return hsm_call(function, x);
    case SBI_SRST:
        return reset_call(function, x);
    case SBI_DBCN:
        return console_call(function, x);
    default:
        return failure(SBI_ERR_NOT_SUPPORTED);
    }
}

void sbi_call(struct trap_frame *frame)
{
    uint32_t *x = frame->x;

    if (x[A7] < SBI_BASE) {
        x[A0] = legacy_call(x[A7], x);
        return;
    }
    struct sbi_result result = call(x[A7], x[A6], x);

    x[A0] = (uint32_t)result.error;
    x[A1] = result.value;
}
