#include "keys/desk/threads.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/desk/digests.h"
#include "keys/desk/entry.h"
#include "keys/desk/json.h"
#include "keys/desk/segment.h"
#include "keys/format/answer.h"

#define SEGMENT_BASE UINT32_C(0x40000000) /* far from every week, month and 0 */

struct sk_threads {
    struct sk_segment *log;
    struct sk_case *cases;
    size_t count, room;
    uint64_t answers;
    struct sk_digests by_digest, by_mailbox; /* the latter: the first case of each */
};

/* ---- in memory ------------------------------------------------------------- */

static struct sk_digest mailbox_key(const struct sk_mailbox *mailbox)
{
    struct sk_digest d;

    memcpy(d.b, mailbox->b, sizeof d.b);
    return d;
}

static enum sk_error make_room(struct sk_threads *t)
{
    size_t room = t->room == 0 ? 64 : t->room * 2;
    struct sk_case *bigger;

    if (t->count < t->room) {
        return SK_OK;
    }
    bigger = reallocarray(t->cases, room, sizeof *bigger);
    if (bigger == NULL) {
        return SK_ERR_MEMORY;
    }
    t->cases = bigger;
    t->room = room;
    return SK_OK;
}

static void join(struct sk_threads *t, size_t first, size_t at)
{
    struct sk_case *head = &t->cases[first];

    while (head->next_of_thread != SIZE_MAX) {
        head = &t->cases[head->next_of_thread];
    }
    head->next_of_thread = at;
}

static enum sk_error remember(struct sk_threads *t, const struct sk_case *c)
{
    struct sk_digest mailbox = mailbox_key(&c->mailbox);
    size_t first = 0;
    enum sk_error e = make_room(t);

    if (e == SK_OK) {
        e = sk_digests_add(&t->by_digest, &c->digest, t->count);
    }
    if (e == SK_OK) {
        e = sk_digests_add(&t->by_mailbox, &mailbox, t->count);
    }
    if (e != SK_OK) {
        return e;
    }
    t->cases[t->count] = *c;
    t->cases[t->count].status = SK_STATUS_ARRIVED;
    t->cases[t->count].answer_day = 0;
    t->cases[t->count].answer_order = 0;
    t->cases[t->count].said = NULL;
    t->cases[t->count].said_count = 0;
    t->cases[t->count].next_of_thread = SIZE_MAX;
    if (sk_digests_find(&t->by_mailbox, &mailbox, &first) && first != t->count) {
        join(t, first, t->count);
    }
    t->count++;
    return SK_OK;
}

static void forget_said(struct sk_case *c)
{
    for (size_t i = 0; i < c->said_count; i++) {
        free(c->said[i].text);
    }
    free(c->said);
    c->said = NULL;
    c->said_count = 0;
}

static enum sk_error say(struct sk_case *c, const char *text, uint32_t day, uint64_t order)
{
    struct sk_said *more = reallocarray(c->said, c->said_count + 1, sizeof *more);
    char *copy = more != NULL ? strdup(text) : NULL;

    c->said = more != NULL ? more : c->said;
    if (copy == NULL) {
        return SK_ERR_MEMORY;
    }
    more[c->said_count++] = (struct sk_said){copy, day, order};
    return SK_OK;
}

static enum sk_error note_answer(struct sk_threads *t, const struct sk_digest *digest,
                                 uint8_t status, uint32_t day, const char *text, bool replace)
{
    enum sk_error e = SK_OK;
    size_t at = 0;

    if (!sk_digests_find(&t->by_digest, digest, &at)) {
        return SK_ERR_NOT_FOUND;
    }
    struct sk_case *c = &t->cases[at];

    if (text != NULL && replace) {
        forget_said(c);
    }
    if (text != NULL && *text != '\0') {
        e = say(c, text, day, t->answers + 1);
    }
    if (e == SK_OK) {
        c->status = status;
        c->answer_day = day;
        c->answer_order = ++t->answers;
    }
    return e;
}

/* ---- records --------------------------------------------------------------- */

static enum sk_error read_report(struct sk_threads *t, const json_t *o)
{
    struct sk_case c = {.day = 0};
    uint32_t flags = 0;
    enum sk_error e = sk_json_get_hex(o, "report", &c.digest, sizeof c.digest);

    if (e == SK_OK) {
        e = sk_json_get_u32(o, "day", &c.day);
    }
    if (e == SK_OK) {
        e = sk_json_get_u32(o, "flags", &flags);
        c.flags = (uint8_t)flags;
    }
    if (e == SK_OK) {
        e = sk_json_get_hex(o, "mailbox", &c.mailbox, sizeof c.mailbox);
    }
    if (e == SK_OK) {
        e = sk_json_get_hex(o, "reply_pk", &c.reply_pk, sizeof c.reply_pk);
    }
    if (e == SK_OK) {
        e = sk_json_get_hex(o, "sign_pk", &c.sign_pk, sizeof c.sign_pk);
    }
    return e == SK_OK ? remember(t, &c) : e;
}

static enum sk_error read_answer(struct sk_threads *t, const json_t *o)
{
    struct sk_digest digest;
    uint32_t status = 0, day = 0;
    enum sk_error e = sk_json_get_hex(o, "answer", &digest, sizeof digest);

    if (e == SK_OK) {
        e = sk_json_get_u32(o, "status", &status);
    }
    if (e == SK_OK) {
        e = sk_json_get_u32(o, "day", &day);
    }
    if (e == SK_OK && sk_status_name(status) == NULL) {
        e = SK_ERR_CORRUPT;
    }
    if (e == SK_OK) {
        e = note_answer(t, &digest, (uint8_t)status, day,
                        json_string_value(json_object_get(o, "text")),
                        !json_is_true(json_object_get(o, "add")));
    }
    return e == SK_ERR_NOT_FOUND ? SK_ERR_CORRUPT : e;
}

static enum sk_error read_record(void *ctx, const uint8_t *payload, size_t len)
{
    json_t *o = NULL;
    enum sk_error e = sk_json_read(&o, payload, len);

    if (e != SK_OK) {
        return e;
    }
    e = json_object_get(o, "report") != NULL ? read_report(ctx, o) : read_answer(ctx, o);
    json_decref(o);
    return e;
}

static enum sk_error append(struct sk_threads *t, json_t *o)
{
    char *text = NULL;
    size_t len = 0;
    enum sk_error e = o == NULL ? SK_ERR_MEMORY : sk_json_write(o, &text, &len);

    if (e == SK_OK) {
        e = sk_segment_append(t->log, (const uint8_t *)text, len);
    }
    sk_json_text_free(text);
    json_decref(o);
    return e;
}

/* ---- outside --------------------------------------------------------------- */

static void newest(void *ctx, uint32_t id, const uint8_t *data, size_t len)
{
    uint32_t *generation = ctx;

    (void)data;
    (void)len;
    *generation = id; /* ids come ascending */
}

uint32_t sk_threads_generation(const struct sk_desk *desk)
{
    uint32_t generation = 0;

    sk_keyring_each(desk->ring, SK_KEY_THREADS, newest, &generation);
    return generation;
}

uint32_t sk_threads_segment(uint32_t generation)
{
    return generation == 0 ? 0 : SEGMENT_BASE | generation;
}

enum sk_error sk_threads_path(const struct sk_desk *desk, uint32_t generation,
                              char out[SK_PATH_MAX])
{
    return generation == 0 ? sk_home_path(desk, out, "index/threads.log")
                           : sk_home_path(desk, out, "index/threads-%u.log", (unsigned)generation);
}

static enum sk_error open_log(struct sk_threads **out, const struct sk_desk *desk,
                              uint32_t generation, const uint8_t *key, uint64_t committed)
{
    struct sk_threads *t = calloc(1, sizeof *t);
    char path[SK_PATH_MAX];
    enum sk_error e = t == NULL ? SK_ERR_MEMORY : sk_threads_path(desk, generation, path);

    if (e == SK_OK) {
        e = sk_segment_open(&t->log, path, sk_threads_segment(generation), key, committed,
                            read_record, t, NULL);
    }
    if (e != SK_OK) {
        sk_threads_close(t);
        return e;
    }
    *out = t;
    return SK_OK;
}

enum sk_error sk_threads_open(struct sk_threads **out, struct sk_desk *desk)
{
    uint32_t generation = sk_threads_generation(desk);
    size_t len = 0;
    const uint8_t *key = sk_keyring_get(desk->ring, generation == 0 ? SK_KEY_INDEX : SK_KEY_THREADS,
                                        generation, &len);

    if (key == NULL || len != 32) {
        return SK_ERR_KEYRING_RECORD;
    }
    return open_log(out, desk, generation, key,
                    sk_state_committed(&desk->state, sk_threads_segment(generation)));
}

enum sk_error sk_threads_create(struct sk_threads **out, const struct sk_desk *desk,
                                uint32_t generation, const uint8_t key[32])
{
    char path[SK_PATH_MAX];
    enum sk_error e = sk_threads_path(desk, generation, path);

    if (e == SK_OK && unlink(path) != 0 && errno != ENOENT) {
        e = SK_ERR_IO;
    }
    if (e == SK_OK) {
        e = open_log(out, desk, generation, key, 0);
    }
    return e == SK_OK ? sk_home_sync_folder(desk, "index") : e;
}

void sk_threads_close(struct sk_threads *t)
{
    if (t == NULL) {
        return;
    }
    for (size_t i = 0; i < t->count; i++) {
        forget_said(&t->cases[i]);
    }
    sk_segment_close(t->log);
    sk_digests_free(&t->by_digest);
    sk_digests_free(&t->by_mailbox);
    free(t->cases);
    free(t);
}

size_t sk_threads_count(const struct sk_threads *t)
{
    return t->count;
}

const struct sk_case *sk_threads_at(const struct sk_threads *t, size_t i)
{
    return &t->cases[i];
}

const struct sk_case *sk_threads_find(const struct sk_threads *t, const struct sk_digest *digest)
{
    size_t at = 0;

    return sk_digests_find(&t->by_digest, digest, &at) ? &t->cases[at] : NULL;
}

enum sk_error sk_threads_find_id(const struct sk_threads *t, const char *prefix,
                                 const struct sk_case **out)
{
    const struct sk_case *found = NULL;

    for (size_t i = 0; i < t->count; i++) {
        char id[SK_ID_TEXT];

        sk_entry_id(&t->cases[i].digest, id);
        if (strncmp(id, prefix, strlen(prefix)) != 0) {
            continue;
        }
        if (found != NULL) {
            return SK_ERR_EXISTS;
        }
        found = &t->cases[i];
    }
    if (found == NULL) {
        return SK_ERR_NOT_FOUND;
    }
    *out = found;
    return SK_OK;
}

const struct sk_case *sk_threads_first(const struct sk_threads *t, const struct sk_mailbox *mailbox)
{
    struct sk_digest key = mailbox_key(mailbox);
    size_t at = 0;

    return sk_digests_find(&t->by_mailbox, &key, &at) ? &t->cases[at] : NULL;
}

enum sk_error sk_threads_add(struct sk_threads *t, const struct sk_case *c)
{
    enum sk_error e;

    if (sk_threads_find(t, &c->digest) != NULL) {
        return SK_OK;
    }
    e = append(t, json_pack("{s:o, s:I, s:i, s:o, s:o, s:o}", "report",
                            sk_json_hex(&c->digest, sizeof c->digest), "day", (json_int_t)c->day,
                            "flags", (int)c->flags, "mailbox",
                            sk_json_hex(&c->mailbox, sizeof c->mailbox), "reply_pk",
                            sk_json_hex(&c->reply_pk, sizeof c->reply_pk), "sign_pk",
                            sk_json_hex(&c->sign_pk, sizeof c->sign_pk)));
    return e == SK_OK ? remember(t, c) : e;
}

enum sk_error sk_threads_answer(struct sk_threads *t, const struct sk_digest *digest,
                                uint8_t status, uint32_t day, const char *text, bool replace)
{
    enum sk_error e;

    if (sk_threads_find(t, digest) == NULL) {
        return SK_ERR_NOT_FOUND;
    }
    e = append(t, json_pack("{s:o, s:i, s:I, s:s?, s:b}", "answer",
                            sk_json_hex(digest, sizeof *digest), "status", (int)status, "day",
                            (json_int_t)day, "text", text, "add", (int)!replace));
    return e == SK_OK ? note_answer(t, digest, status, day, text, replace) : e;
}

enum sk_error sk_threads_sync(struct sk_threads *t, struct sk_state *state)
{
    enum sk_error e = sk_segment_sync(t->log);

    return e == SK_OK ? sk_state_commit(state, sk_segment_id(t->log), sk_segment_count(t->log)) : e;
}
