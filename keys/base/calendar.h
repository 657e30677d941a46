/*
 * Weeks, months and days as the formats count them (FORMAT, Rules), in UTC.
 * An epoch is a week number, or with SK_EPOCH_MONTH set a month number.
 */
#ifndef SK_KEYS_BASE_CALENDAR_H
#define SK_KEYS_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define SK_EPOCH_MONTH UINT32_C(0x80000000)

uint32_t sk_day_of(time_t now);   /* days since 1970-01-01 */
uint32_t sk_week_of(time_t now);  /* floor((now - 345600) / 604800): weeks start on Monday */
uint32_t sk_month_of(time_t now); /* (year - 1970) * 12 + (month - 1) */
uint32_t sk_week_first_day(uint32_t week);
uint32_t sk_month_of_day(uint32_t day);

/* Whether the gateway takes envelopes of this epoch now: the current week and its neighbours,
 * and months from six back to the next one (FORMAT 4). */
bool sk_epoch_accepted(uint32_t epoch, time_t now);

/* "2026-11-23". out holds 11 bytes. Returns false for a day after the year 9999. */
bool sk_day_format(uint32_t day, char out[11]);

/* Parses exactly YYYY-MM-DD, a real date not before 1970. */
bool sk_day_parse(const char *text, uint32_t *day);

/* Parses exactly YYYY-MM, not before 1970, into a month as sk_month_of() counts. */
bool sk_month_parse(const char *text, uint32_t *month);

#endif
