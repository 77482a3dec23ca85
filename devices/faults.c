/*
 * Fault rules: parses them, and finds those that a command meets.
 */
#include "devices/faults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"

enum amount { AMOUNT_NONE, AMOUNT_SECTORS, AMOUNT_TIME };

/* clang-format off */
static const struct {
    const char *text;
    enum disk_work work;
    enum fault_kind kind;
    enum amount amount;
} forms[] = {
    { "read:eio",       WORK_READ,  FAULT_EIO,     AMOUNT_NONE },
    { "write:eio",      WORK_WRITE, FAULT_EIO,     AMOUNT_NONE },
    { "flush:eio",      WORK_FLUSH, FAULT_EIO,     AMOUNT_NONE },
    { "read:short=",    WORK_READ,  FAULT_SHORT,   AMOUNT_SECTORS },
    { "write:torn=",    WORK_WRITE, FAULT_TORN,    AMOUNT_SECTORS },
    { "flush:drop",     WORK_FLUSH, FAULT_DROP,    AMOUNT_NONE },
    { "read:latency=",  WORK_READ,  FAULT_LATENCY, AMOUNT_TIME },
    { "write:latency=", WORK_WRITE, FAULT_LATENCY, AMOUNT_TIME },
    { "flush:latency=", WORK_FLUSH, FAULT_LATENCY, AMOUNT_TIME },
};
/* clang-format on */

static const char *parse_number(const char *p, uint64_t *value)
{
    char *end;

    if (*p < '0' || *p > '9')
        return NULL;
    errno = 0;
    *value = strtoull(p, &end, 10);
    return errno ? NULL : end;
}

static const char *parse_amount(const char *p, enum amount amount,
                                struct fault_rule *rule)
{
    switch (amount) {
    case AMOUNT_SECTORS:
        return parse_number(p, &rule->amount);
    case AMOUNT_TIME:
        p = duration_parse(p, &rule->amount);
        return rule->amount <= LATENCY_MAX_NS ? p : NULL;
    default:
        return p;
    }
}

static const char *parse_range(const char *p, struct fault_rule *rule)
{
    p = parse_number(p, &rule->first);
    if (!p || *p != '-')
        return NULL;
    p = parse_number(p + 1, &rule->last);
    return rule->first <= rule->last ? p : NULL;
}

/* The parts that narrow a rule. */
static const char *parse_limits(const char *p, struct fault_rule *rule)
{
    static const char lba[] = "@lba=", every[] = "@every=";
    bool has_lba = rule->work == WORK_FLUSH, has_every = false;

    while (p && *p == '@') {
        if (!has_lba && !strncmp(p, lba, strlen(lba))) {
            has_lba = true;
            p = parse_range(p + strlen(lba), rule);
        } else if (!has_every && !strncmp(p, every, strlen(every))) {
            has_every = true;
            p = parse_number(p + strlen(every), &rule->every);
        } else {
            return NULL;
        }
    }
    return rule->every ? p : NULL;
}

static const char *parse_rule(const char *p, struct fault_rule *rule)
{
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        size_t len = strlen(forms[i].text);

        if (strncmp(p, forms[i].text, len))
            continue;
        *rule = (struct fault_rule){.work = forms[i].work,
                                    .kind = forms[i].kind,
                                    .last = UINT64_MAX,
                                    .every = 1};
        p = parse_amount(p + len, forms[i].amount, rule);
        return p ? parse_limits(p, rule) : NULL;
    }
    return NULL;
}

bool faults_parse(struct faults *faults, const char *text, char *error,
                  size_t error_size)
{
    const char *p = text;

    for (faults->n = 0; faults->n < FAULTS_MAX;) {
        const char *end = parse_rule(p, &faults->rules[faults->n]);

        if (!end || (*end && *end != ';')) {
            snprintf(error, error_size,
                     "fault '%.*s': must be read:eio, write:eio, flush:eio, "
                     "read:short=K, write:torn=K, flush:drop or "
                     "read|write|flush:latency=TIME, then @lba=A-B (not for "
                     "flush) and @every=N if wanted",
                     (int)strcspn(p, ";"), p);
            return false;
        }
        faults->n++;
        if (!*end)
            return true;
        p = end + 1;
    }
    snprintf(error, error_size, "fault '%s': more than %d rules", text,
             FAULTS_MAX);
    return false;
}

bool faults_can_drop(const struct faults *faults)
{
    for (unsigned i = 0; i < faults->n; i++)
        if (faults->rules[i].kind == FAULT_DROP)
            return true;
    return false;
}

static bool meets(const struct fault_rule *rule, enum disk_work work,
                  uint64_t lba, uint64_t sectors)
{
    if (rule->work != work)
        return false;
    return work == WORK_FLUSH ||
           (lba <= rule->last && lba + sectors > rule->first);
}

struct fault_effect faults_meet(struct faults *faults, enum disk_work work,
                                uint64_t lba, uint64_t sectors)
{
    struct fault_effect effect = {.sectors = UINT64_MAX};

    for (unsigned i = 0; i < faults->n; i++) {
        struct fault_rule *rule = &faults->rules[i];

        if (!meets(rule, work, lba, sectors) || ++rule->seen % rule->every)
            continue;
        switch (rule->kind) {
        case FAULT_EIO:
            effect.is_failed = true;
            break;
        case FAULT_DROP:
            effect.is_dropped = true;
            break;
        case FAULT_LATENCY:
            effect.delay_ns += rule->amount;
            break;
        case FAULT_TORN:
        case FAULT_SHORT:
            if (rule->amount < effect.sectors)
                effect.sectors = rule->amount;
            break;
        }
    }
    return effect;
}

void faults_archive(struct faults *faults, struct archive *a)
{
    for (unsigned i = 0; i < faults->n; i++)
        archive_u64(a, "seen", &faults->rules[i].seen);
}

void fault_effect_archive(struct fault_effect *effect, struct archive *a)
{
    archive_bool(a, "fails", &effect->is_failed);
    archive_bool(a, "is_dropped", &effect->is_dropped);
    archive_u64(a, "fault_sectors", &effect->sectors);
}
