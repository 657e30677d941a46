#include "keys/seal/report.h"

#include <sodium.h>
#include <string.h>

#include "keys/base/secret.h"
#include "keys/format/block_digest.h"
#include "keys/format/chunk.h"
#include "keys/format/slots.h"

enum { OVERHEAD = SK_PRELUDE_BYTES + SK_CONTENT_SIGNATURE_BYTES };

enum state {
    TAKING, /* zero, as sk_secret_new() and a reset leave it */
    ENDING, /* signed; the last chunks are being sealed */
    ENDED
};

struct sk_report {
    enum state state;
    bool addressed;
    uint32_t chunks;       /* the class; 0 before the first sk_report_end() */
    uint64_t body_len;     /* taken so far */
    size_t signature_used; /* bytes of the signature that are in a chunk already */
    uint8_t header[SK_HEADER_BYTES];
    struct sk_payload_key key;
    struct sk_ed25519_sk sign_sk;
    struct sk_signature signature;
    struct sk_block_digest digest;
    struct sk_chunker chunker;
};

/* report is all zeros. The prelude's place stays free until the report is addressed. */
static void begin(struct sk_report *report)
{
    sk_block_digest_init(&report->digest);
    report->chunker.fill = SK_PRELUDE_BYTES;
}

struct sk_report *sk_report_new(void)
{
    struct sk_report *report = sk_secret_new(sizeof *report);

    if (report != NULL) {
        begin(report);
    }
    return report;
}

void sk_report_free(struct sk_report *report)
{
    sk_secret_free(report);
}

void sk_report_reset(struct sk_report *report)
{
    sodium_memzero(report, sizeof *report);
    begin(report);
}

/* While the body is taken, a chunk's content is exactly one block of the digest. */
static void digest_chunk(struct sk_report *report)
{
    sk_block_digest_update(&report->digest, sk_chunker_content(&report->chunker),
                           report->chunker.fill);
}

enum sk_error sk_report_write(struct sk_report *report, const uint8_t *body, size_t len,
                              size_t *used, uint8_t out[SK_CHUNK_BYTES], enum sk_report_step *step)
{
    *used = 0;
    if (report->state != TAKING) {
        return SK_ERR_USAGE;
    }
    if (len > SK_CONTENT_MAX - OVERHEAD - report->body_len) {
        return SK_ERR_TOO_LARGE;
    }
    size_t n = sk_chunker_put(&report->chunker, body, len);

    report->body_len += n;
    *used = n;
    if (n == len) {
        *step = SK_REPORT_TOOK_ALL;
    } else if (!report->addressed) {
        *step = SK_REPORT_NEEDS_ADDRESS;
    } else {
        digest_chunk(report);
        sk_chunker_seal(&report->chunker, &report->key, false, out);
        *step = SK_REPORT_CHUNK;
    }
    return SK_OK;
}

/* The prelude, and the file key derived from it. */
static enum sk_error prelude_make(uint8_t out[SK_PRELUDE_BYTES], struct sk_file_key *file_key,
                                  const struct sk_address *address)
{
    size_t len = strlen(address->boundary);
    enum sk_error e = sk_boundary_check(address->boundary, len);

    if (e != SK_OK) {
        return e;
    }
    struct sk_prelude prelude = {
        .sealed_by = address->sealed_by,
        .flags = address->flags,
        .reply_pk = address->receipt->reply_pk,
        .mailbox_seed = address->receipt->mailbox_seed,
        .sign_pk = address->receipt->sign_pk,
        .sheets = address->sheets,
    };

    memcpy(prelude.boundary, address->boundary, len);
    if (address->seed != NULL) {
        prelude.seed = *address->seed;
    } else {
        randombytes_buf(prelude.seed.b, sizeof prelude.seed.b);
    }
    e = sk_prelude_write(out, &prelude);
    if (e == SK_OK) {
        sk_file_key_derive(file_key, &prelude);
    }
    sodium_memzero(&prelude, sizeof prelude);
    return e;
}

enum sk_error sk_report_address(struct sk_report *report, const struct sk_address *address,
                                uint8_t header[SK_HEADER_BYTES])
{
    uint8_t prelude[SK_PRELUDE_BYTES];
    struct sk_file_key file_key = {{0}};
    enum sk_error e;

    if (report->state != TAKING || report->addressed) {
        return SK_ERR_USAGE;
    }
    e = prelude_make(prelude, &file_key, address);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_header_make(report->header, address->epoch, &file_key, address->recipients,
                       address->recipient_count);
    if (e != SK_OK) {
        goto out;
    }
    sk_payload_key_derive(&report->key, &file_key, report->header);
    memcpy(sk_chunker_content(&report->chunker), prelude, sizeof prelude);
    report->sign_sk = address->receipt->sign_sk;
    report->addressed = true;
    memcpy(header, report->header, sizeof report->header);
out:
    sodium_memzero(&file_key, sizeof file_key);
    sodium_memzero(prelude, sizeof prelude);
    return e;
}

/* At the end of the body: the signature and the class. */
static void sign(struct sk_report *report)
{
    uint8_t d[32], message[SK_REPORT_SIGNED_BYTES];

    digest_chunk(report);
    sk_block_digest_final(&report->digest, d);
    sk_report_signed_message(message, report->header, d);
    crypto_sign_detached(report->signature.b, NULL, message, sizeof message, report->sign_sk.b);
    sodium_memzero(&report->sign_sk, sizeof report->sign_sk);
    sodium_memzero(d, sizeof d);
    sodium_memzero(message, sizeof message);
    report->chunks = sk_class_for(OVERHEAD + report->body_len);
    report->state = ENDING;
}

enum sk_error sk_report_end(struct sk_report *report, uint8_t out[SK_CHUNK_BYTES], bool *last)
{
    if (!report->addressed || report->state == ENDED) {
        return SK_ERR_USAGE;
    }
    if (report->state == TAKING) {
        sign(report);
    }
    /* The signature may straddle two chunks, or be alone in the last one. */
    report->signature_used +=
        sk_chunker_put(&report->chunker, report->signature.b + report->signature_used,
                       sizeof report->signature.b - report->signature_used);
    *last = report->chunker.next + 1 == report->chunks;
    sk_chunker_seal(&report->chunker, &report->key, *last, out);
    if (*last) {
        sodium_memzero(&report->key, sizeof report->key);
        report->state = ENDED;
    }
    return SK_OK;
}

uint32_t sk_report_chunks(const struct sk_report *report)
{
    return report->chunks;
}
