#include "keys/desk/import_envelope.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/base/file.h"
#include "keys/base/hash.h"
#include "keys/base/secret.h"
#include "keys/desk/collect.h"
#include "keys/desk/destroy.h"
#include "keys/desk/import_batch.h"
#include "keys/desk/import_bundle.h"
#include "keys/desk/import_keyless.h"
#include "keys/desk/json.h"
#include "keys/desk/readers.h"
#include "keys/open/opener.h"

struct passage {
    struct sk_import *im;
    struct sk_bundle_file *bundle;
    const struct sk_carry_entry *entry;
    uint32_t epoch;
    bool known, foreign;             /* nothing is written */
    bool keyless;                    /* kept until its key is here */
    bool destroyed;                  /* its key was destroyed at this desk */
    enum sk_error damage;            /* of the envelope itself */
    struct sk_digest actual, header; /* of the envelope, of its first 680 bytes */
    struct sk_keyset *keyset;
    struct sk_opener *opener;
    struct sk_file_writer *writer;
    struct sk_opened opened;
    struct sk_readers readers;
    crypto_generichash_state hash;
    char incoming[SK_PATH_MAX];
};

static bool have_original(const struct passage *p)
{
    char path[SK_PATH_MAX], id[SK_ID_TEXT];
    struct stat st;

    sk_entry_id(&p->entry->envelope, id);
    return sk_home_path(p->im->desk, path, "reports/%s.sealed", id) == SK_OK &&
           stat(path, &st) == 0 &&
           (uint64_t)st.st_size ==
               sk_envelope_length(p->entry->chunks); /* a disk error may cut a file */
}

static bool is_known(const struct passage *p)
{
    return sk_digests_find(&p->im->indexed, &p->entry->envelope, NULL) &&
           sk_threads_find(p->im->threads, &p->entry->envelope) != NULL && have_original(p);
}

/* Whether another report has this id: two digests can be made to begin with the same bytes. */
static bool id_taken(const struct passage *p)
{
    const struct sk_digest *other = sk_digests_same_id(&p->im->indexed, &p->entry->envelope);

    for (size_t i = 0; other == NULL && i < p->im->pending_count; i++) {
        if (memcmp(p->im->pending[i].entry.digest.b, p->entry->envelope.b, 8) == 0) {
            other = &p->im->pending[i].entry.digest;
        }
    }
    return other != NULL && memcmp(other, &p->entry->envelope, sizeof *other) != 0;
}

/* Classifies the envelope; returns only failures of the machine. */
static enum sk_error classify(struct passage *p, const uint8_t header[SK_HEADER_BYTES])
{
    uint64_t len = sk_envelope_length(p->entry->chunks);
    uint32_t chunks = 0;
    enum sk_error e = sk_envelope_epoch(header, len, &p->epoch, &chunks);

    if (e == SK_OK) {
        e = sk_keyset_get(p->keyset, p->im->desk, &p->im->sheets, p->epoch);
    }
    if (e == SK_ERR_ENVELOPE_EPOCH) {
        p->destroyed = sk_destroyed(p->im->desk, p->epoch);
        p->keyless = !p->destroyed;
        return SK_OK;
    }
    if (e == SK_OK) {
        e = sk_opener_new(&p->opener, header, len, &p->keyset->own, 1);
    }
    if (e == SK_ERR_ENVELOPE_NOT_OURS) {
        /* A desk that was set back by a backup drew another key for the week: the first one may
         * still be found. */
        p->keyless = p->keyset->reissued;
        p->foreign = !p->keyless;
        return SK_OK;
    }
    if (e == SK_OK && id_taken(p)) {
        e = SK_ERR_EXISTS;
    }
    if (e == SK_ERR_MEMORY || e == SK_ERR_KEYRING_RECORD) {
        return e;
    }
    p->damage = e;
    return SK_OK;
}

static enum sk_error begin(struct passage *p)
{
    uint8_t header[SK_HEADER_BYTES];
    enum sk_error e = sk_bundle_bytes(p->bundle, header, sizeof header);

    if (e != SK_OK) {
        return e;
    }
    crypto_generichash_init(&p->hash, NULL, 0, sizeof p->actual.b);
    crypto_generichash_update(&p->hash, header, sizeof header);
    sk_blake2b(&p->header, header, sizeof header);
    p->known = is_known(p);
    if (p->known) {
        return SK_OK;
    }
    e = classify(p, header);
    if (e != SK_OK || p->foreign) {
        return e;
    }
    e = sk_home_path(p->im->desk, p->incoming, "reports/incoming");
    if (e == SK_OK) {
        e = sk_file_writer_open(&p->writer, p->incoming);
    }
    return e == SK_OK ? sk_file_writer_put(p->writer, header, sizeof header) : e;
}

/* Returns only failures of the machine; others go to p->damage. */
static enum sk_error end(struct passage *p)
{
    enum sk_error e = SK_OK;

    p->damage = sk_opener_end(p->opener, NULL, 0, &p->opened);
    if (p->damage == SK_OK) {
        e = sk_readers_find(&p->readers, p->opener, p->keyset, &p->im->sheets,
                            &p->opened.prelude.sheets);
    }
    if (e == SK_ERR_RECIPIENTS_SLOTS) {
        p->damage = e;
        e = SK_OK;
    }
    return e;
}

static enum sk_error pass_chunks(struct passage *p)
{
    uint8_t chunk[SK_CHUNK_BYTES];
    const uint8_t *content;
    size_t len;
    enum sk_error e = SK_OK;

    for (uint32_t i = 0; e == SK_OK && i < p->entry->chunks; i++) {
        e = sk_bundle_bytes(p->bundle, chunk, sizeof chunk);
        if (e != SK_OK) {
            break;
        }
        crypto_generichash_update(&p->hash, chunk, sizeof chunk);
        if (p->opener != NULL && p->damage == SK_OK) {
            p->damage = sk_opener_chunk(p->opener, chunk, &content, &len);
        }
        if (p->writer != NULL) {
            e = sk_file_writer_put(p->writer, chunk, sizeof chunk);
        }
    }
    if (e == SK_OK && p->opener != NULL && p->damage == SK_OK) {
        e = end(p);
    }
    crypto_generichash_final(&p->hash, p->actual.b, sizeof p->actual.b);
    return e;
}

/* Renames the written file. */
static enum sk_error rename_to(struct passage *p, const char *folder, const char *name)
{
    char path[SK_PATH_MAX];
    enum sk_error e = sk_home_path(p->im->desk, path, "%s/%s", folder, name);

    if (e == SK_OK && rename(p->incoming, path) != 0) {
        e = SK_ERR_IO;
    }
    return e;
}

static enum sk_error commit(struct passage *p)
{
    struct sk_file_writer *writer = p->writer;

    p->writer = NULL; /* commit releases it either way */
    return writer != NULL ? sk_file_writer_commit(writer) : SK_OK;
}

static enum sk_error quarantine(struct passage *p, enum sk_error why)
{
    static const char lost[] = "copy-"; /* damaged on the way from the gateway: see twins.c */
    char name[sizeof lost + 2 * sizeof p->actual.b + sizeof ".sealed"] = "";
    bool kept = p->writer != NULL;
    enum sk_error e = commit(p);

    if (why == SK_ERR_CARRY_DIGEST) {
        memcpy(name, lost, sizeof lost);
    }
    sk_hex(name + strlen(name), p->actual.b, sizeof p->actual.b);
    memcpy(name + strlen(name), ".sealed", sizeof ".sealed");
    if (e == SK_OK && kept) {
        e = rename_to(p, "quarantine", name);
    }
    if (e == SK_OK && kept) {
        e = sk_home_sync_folder(p->im->desk, "quarantine");
    }
    if (e == SK_OK) {
        p->bundle->counts.damaged++;
        sk_import_say(p->bundle, "%s: envelope %u of %u: %s%s%s", p->bundle->path,
                      (unsigned)p->bundle->number, (unsigned)p->bundle->carry.count,
                      sk_error_text(why), kept ? "; kept as quarantine/" : "", kept ? name : "");
    }
    return e;
}

/* The key may be on another stick: the envelope waits for it. */
static enum sk_error keep_waiting(struct passage *p)
{
    char name[SK_KEYLESS_NAME];
    enum sk_error e;

    if (p->bundle->from_quarantine) {
        p->bundle->waits_on = true;
        return SK_OK;
    }
    sk_keyless_name(name, p->epoch, p->entry->day, &p->actual);
    e = commit(p);
    if (e != SK_OK) {
        return e;
    }
    e = rename_to(p, "quarantine", name);
    if (e != SK_OK) {
        return e;
    }
    e = sk_home_sync_folder(p->im->desk, "quarantine");
    if (e == SK_OK) {
        sk_keyless_count(&p->bundle->counts, p->epoch);
    }
    return e;
}

struct listing {
    json_t *fields, *files;
    enum sk_parse_outcome outcome;
    bool cut;
};

/* Runs the parser. A body that can be read only in part, or not at all, is listed too. */
static enum sk_error parse(struct passage *p, struct listing *out)
{
    struct sk_payload_key *key = sk_secret_new(sizeof *key);
    int fd = open(p->incoming, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    enum sk_error e = key == NULL ? SK_ERR_MEMORY : fd < 0 ? SK_ERR_IO : SK_OK;

    if (e == SK_OK) {
        struct sk_child_task task = {.envelope = fd,
                                     .key = key,
                                     .chunks = p->opened.chunks,
                                     .body_offset = p->opened.body_offset,
                                     .body_len = p->opened.body_len,
                                     .boundary = p->opened.prelude.boundary};

        sk_opener_payload_key(p->opener, key);
        e = sk_collect(&task, &out->fields, &out->files, &out->cut);
        out->outcome = task.outcome;
    }
    if (e == SK_OK && out->outcome != SK_PARSE_WHOLE) {
        p->bundle->counts.unparsed++;
    }
    if (fd >= 0) {
        close(fd);
    }
    sk_secret_free(key);
    return e;
}

static enum sk_error make_entry(struct passage *p, struct sk_entry *out)
{
    struct listing l = {.fields = NULL};
    json_t *json;
    enum sk_error e = parse(p, &l);

    if (e != SK_OK) {
        return e;
    }
    json =
        json_pack("{s:o, s:o, s:I, s:I, s:I, s:i, s:i, s:b, s:i, s:b, s:o, s:o}", "digest",
                  sk_json_hex(&p->actual, sizeof p->actual), "header",
                  sk_json_hex(&p->header, sizeof p->header), "epoch", (json_int_t)p->epoch, "day",
                  (json_int_t)p->entry->day, "chunks", (json_int_t)p->opened.chunks, "sealed_by",
                  (int)p->opened.prelude.sealed_by, "flags", (int)p->opened.prelude.flags, "parsed",
                  (int)(l.outcome == SK_PARSE_WHOLE), "outcome", (int)l.outcome, "cut", (int)l.cut,
                  "fields", l.fields, "files", l.files);
    if (json == NULL) {
        return SK_ERR_MEMORY;
    }
    if (json_object_set_new(json, "sheets", sk_json_hex(&p->opened.prelude.sheets, 32)) != 0 ||
        sk_readers_note(&p->readers, p->keyset, json) != SK_OK) {
        json_decref(json);
        return SK_ERR_MEMORY;
    }
    return sk_entry_take(out, json);
}

static enum sk_error keep(struct passage *p)
{
    struct sk_entry entry = {.json = NULL};
    struct sk_case thread = {.digest = p->actual,
                             .day = p->entry->day,
                             .flags = p->opened.prelude.flags,
                             .reply_pk = p->opened.prelude.reply_pk,
                             .sign_pk = p->opened.prelude.sign_pk};
    char id[SK_ID_TEXT], name[SK_ID_TEXT + sizeof ".sealed"];
    enum sk_error e = commit(p);

    sk_mailbox_derive(&thread.mailbox, &p->opened.prelude.mailbox_seed, &thread.reply_pk,
                      &thread.sign_pk);
    if (e != SK_OK) {
        goto out;
    }
    e = make_entry(p, &entry);
    if (e != SK_OK) {
        goto out;
    }
    sk_entry_id(&p->actual, id);
    snprintf(name, sizeof name, "%s.sealed", id);
    e = rename_to(p, "reports", name);
    if (e != SK_OK) {
        goto out;
    }
    p->bundle->counts.fresh++;
    e = sk_import_pend(p->im, &entry, &thread);
out:
    sk_entry_free(&entry);
    sodium_memzero(&thread, sizeof thread);
    return e;
}

static enum sk_error settle(struct passage *p)
{
    struct sk_import_counts *counts = &p->bundle->counts;

    if (memcmp(&p->actual, &p->entry->envelope, sizeof p->actual) != 0) {
        p->bundle->transfer_failed = true;
        return quarantine(p, SK_ERR_CARRY_DIGEST);
    }
    if (p->known) {
        counts->known++;
    } else if (p->destroyed) {
        counts->destroyed++;
    } else if (p->keyless) {
        return keep_waiting(p);
    } else if (p->foreign) {
        counts->foreign++;
    } else if (p->damage != SK_OK) {
        return quarantine(p, p->damage);
    } else {
        return keep(p);
    }
    return SK_OK;
}

enum sk_error sk_import_envelope(struct sk_import *im, struct sk_bundle_file *bundle,
                                 const struct sk_carry_entry *entry)
{
    struct passage *p = sk_secret_new(sizeof *p);
    enum sk_error e = SK_ERR_MEMORY;

    if (p == NULL) {
        return e;
    }
    p->im = im;
    p->bundle = bundle;
    p->entry = entry;
    p->keyset = sk_secret_new(sizeof *p->keyset);
    if (p->keyset == NULL) {
        goto out;
    }
    e = begin(p);
    if (e != SK_OK) {
        goto out;
    }
    e = pass_chunks(p);
    if (e != SK_OK) {
        goto out;
    }
    e = settle(p);
out:
    sk_file_writer_discard(p->writer);
    sk_opener_free(p->opener);
    sk_keyset_free(p->keyset);
    sk_secret_free(p);
    return e;
}
