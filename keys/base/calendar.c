#include "keys/base/calendar.h"

#include <stdio.h>
#include <string.h>

#include "keys/base/number.h"

enum { DAY = 86400, WEEK = 7 * DAY, FIRST_MONDAY = 4 * DAY, LAST_DAY = 2932896 };

uint32_t sk_day_of(time_t now)
{
    return now < 0 ? 0 : (uint32_t)(now / DAY);
}

uint32_t sk_week_of(time_t now)
{
    return now < FIRST_MONDAY ? 0 : (uint32_t)((now - FIRST_MONDAY) / WEEK);
}

uint32_t sk_month_of(time_t now)
{
    struct tm tm;

    if (now < 0 || gmtime_r(&now, &tm) == NULL) {
        return 0;
    }
    return (uint32_t)((tm.tm_year - 70) * 12 + tm.tm_mon);
}

uint32_t sk_week_first_day(uint32_t week)
{
    return week * 7 + 4;
}

uint32_t sk_month_of_day(uint32_t day)
{
    return sk_month_of((time_t)day * DAY);
}

bool sk_epoch_accepted(uint32_t epoch, time_t now)
{
    if ((epoch & SK_EPOCH_MONTH) != 0) {
        uint32_t month = epoch & ~SK_EPOCH_MONTH;
        uint32_t current = sk_month_of(now);

        return month + 6 >= current && month <= current + 1;
    }
    return epoch + 1 >= sk_week_of(now) && epoch <= sk_week_of(now) + 1;
}

bool sk_day_format(uint32_t day, char out[11])
{
    time_t t = (time_t)day * DAY;
    struct tm tm;
    char text[16];

    if (day > LAST_DAY || gmtime_r(&t, &tm) == NULL) {
        return false;
    }
    if (strftime(text, sizeof text, "%Y-%m-%d", &tm) != 10) {
        return false;
    }
    memcpy(out, text, 11);
    return true;
}

/* Reads "YYYY-MM-DD" or, with parts 2, "YYYY-MM" as numbers. */
static bool date_read(const char *text, size_t parts, uint64_t out[3])
{
    static const size_t at[] = {0, 5, 8}, len[] = {4, 2, 2};

    if (strlen(text) != at[parts - 1] + len[parts - 1]) {
        return false;
    }
    for (size_t i = 0; i < parts; i++) {
        if (!sk_number_read(text + at[i], len[i], i == 0 ? 1970 : 1, 9999, &out[i]) ||
            (i > 0 && text[at[i] - 1] != '-')) {
            return false;
        }
    }
    return out[1] <= 12;
}

bool sk_day_parse(const char *text, uint32_t *day)
{
    uint64_t date[3];
    char back[11];

    if (!date_read(text, 3, date)) {
        return false;
    }
    struct tm tm = {
        .tm_year = (int)date[0] - 1900, .tm_mon = (int)date[1] - 1, .tm_mday = (int)date[2]};
    time_t t = timegm(&tm);

    /* timegm() normalises 30 February to March: print it back and compare. */
    if (t < 0 || !sk_day_format(sk_day_of(t), back) || strcmp(back, text) != 0) {
        return false;
    }
    *day = sk_day_of(t);
    return true;
}

bool sk_month_parse(const char *text, uint32_t *month)
{
    uint64_t date[3];

    if (!date_read(text, 2, date)) {
        return false;
    }
    *month = (uint32_t)((date[0] - 1970) * 12 + date[1] - 1);
    return true;
}
