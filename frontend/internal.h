/*
 * Private to frontend/: options whose values are lists.
 */
#ifndef QUIRE_FRONTEND_INTERNAL_H
#define QUIRE_FRONTEND_INTERNAL_H

#include "frontend/options.h"

/* A copy of `text` that lives as long as the options. */
char *options_keep(struct options *o, const char *text);

/* Each returns NULL, or what would be right. */
const char *options_set_machine(struct options *o, const char *value);
const char *options_set_cpu(struct options *o, const char *value);
const char *options_set_drive(struct options *o, const char *value);
const char *options_set_dma(struct options *o, const char *value);
const char *options_set_rtc(struct options *o, const char *value);
const char *options_set_cache(struct options *o, const char *value);
const char *options_set_tlb(struct options *o, const char *value);
const char *options_set_models(struct options *o, const char *value);
const char *options_set_engine(struct options *o, const char *value);
const char *options_set_debug(struct options *o, const char *value);

/* When all are set: finds what is not given, and dies of what does not go
 * together. */
void options_complete(struct options *o);

/* Dies if two options name one file and at least one of them writes it. */
void options_check_files(const struct options *o);

#endif
