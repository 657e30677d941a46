/* The publication of receipt rows: the writer's part that is done once a day. */
#ifndef SK_STORAGE_PUBLISH_H
#define SK_STORAGE_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/record.h"
#include "storage/writer.h"

struct sk_day_key;
struct sk_inbox;

/* All zero: never, or the last attempt failed. */
struct sk_published {
    uint32_t day;   /* of the last publication */
    uint32_t since; /* the same, or the earlier one to which the clock went back after it */
};

/* The writer's part of publishing. */
struct sk_publisher {
    struct sk_inbox *inbox;
    struct sk_day_key *key;
    uint8_t name[SK_INBOX_NAME];
    void (*news)(void *, const struct sk_publication_news *);
    void *context;
};

/* Takes the key; publishes if the day asks for it. CORRUPT: the inbox has no name. */
enum sk_error sk_publisher_start(struct sk_publisher *publisher, uint32_t today,
                                 struct sk_published *published);
/* Where nothing is pending the kernel need not keep a key. */
void sk_publisher_stop(struct sk_publisher *publisher);
/* Whether this day asks for a publication: it is after the last one, or after the day to which the
 * clock went back since, and not the very day that was published before it went back. */
bool sk_publication_due(const struct sk_published *published, uint32_t today);
/* Whether the clock went back behind the last publication, by more than a step over midnight. */
bool sk_publication_ahead(const struct sk_published *published, uint32_t today);
/* Writes down that days count from this one on; nothing is published. */
enum sk_error sk_publication_set_back(struct sk_inbox *inbox, uint32_t today);
/* One transaction. FULL, MEMORY and LOCKED leave everything as it was. */
enum sk_error sk_publish(struct sk_publisher *publisher, uint32_t today, bool told,
                         struct sk_published *published);

#endif
