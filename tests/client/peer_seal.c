/* Sealing and opening whole reports. */
#include <stdlib.h>
#include <string.h>

#include "keys/open/opener.h"
#include "keys/seal/report.h"
#include "tests/client/peer.h"

enum { KNOWN = 8 };

/* Header and chunks; pieces of the body of any size. */
static enum sk_error seal(struct sk_report *report, const struct sk_address *address,
                          const uint8_t *body, size_t len)
{
    uint8_t header[SK_HEADER_BYTES], chunk[SK_CHUNK_BYTES];
    enum sk_report_step step;
    bool last = false;
    enum sk_error e = sk_report_address(report, address, header);

    if (e == SK_OK) {
        give(header, sizeof header);
    }
    for (size_t at = 0, used; e == SK_OK && at < len; at += used) {
        e = sk_report_write(report, body + at, len - at, &used, chunk, &step);
        if (e == SK_OK && step == SK_REPORT_CHUNK) {
            give(chunk, sizeof chunk);
        }
    }
    while (e == SK_OK && !last) {
        e = sk_report_end(report, chunk, &last);
        if (e == SK_OK) {
            give(chunk, sizeof chunk);
        }
    }
    return e;
}

/* seed 32, r 15, u32 epoch, u8 sealed by, u8 flags, sheets 32, u8 n, boundary n, u8 m,
 * recipients 32 m, body -> envelope */
enum sk_error op_seal(struct in *in)
{
    struct sk_seed seed;
    struct sk_receipt receipt;
    struct sk_x25519_pk recipients[255];
    struct sk_address address = {.recipients = recipients, .receipt = &receipt};
    char boundary[256] = {0};
    struct sk_report *report = sk_report_new();

    take_into(in, seed.b, sizeof seed.b);
    sk_receipt_derive(&receipt, take(in, SK_CODE_RANDOM));
    address.seed = &seed;
    address.epoch = take_u32(in);
    address.sealed_by = take_u8(in);
    address.flags = take_u8(in);
    take_into(in, address.sheets.b, 32);
    take_into(in, boundary, take_u8(in));
    address.boundary = boundary;
    address.recipient_count = take_u8(in);
    take_into(in, recipients, 32 * address.recipient_count);
    size_t len = in->left;
    enum sk_error e = seal(report, &address, take(in, len), len);

    sk_report_free(report);
    return e;
}

static enum sk_error open_chunks(struct sk_opener *opener, struct in *in)
{
    enum sk_error e = SK_OK;

    while (e == SK_OK && in->left > 0) {
        const uint8_t *content;
        size_t len;

        e = sk_opener_chunk(opener, take(in, SK_CHUNK_BYTES), &content, &len);
        if (e == SK_OK) {
            give(content, len);
        }
    }
    return e;
}

/* secret key 32, u8 m, known 32 m, envelope -> content, u32 known, u8 dummies, u8 unknown */
enum sk_error op_open(struct in *in)
{
    struct sk_x25519_sk sk;
    struct sk_x25519_pk known[KNOWN];
    struct sk_opener *opener = NULL;
    struct sk_opened opened;

    take_into(in, sk.b, sizeof sk.b);
    size_t count = take_u8(in), len;
    take_into(in, known, 32 * count);
    len = in->left;
    if (len < SK_HEADER_BYTES) {
        return SK_ERR_ENVELOPE_LENGTH;
    }
    enum sk_error e = sk_opener_new(&opener, take(in, SK_HEADER_BYTES), len, &sk, 1);

    if (e == SK_OK) {
        e = open_chunks(opener, in);
    }
    if (e == SK_OK) {
        e = sk_opener_end(opener, known, count, &opened);
    }
    if (e == SK_OK) {
        give_u32(opened.known);
        give_u8((uint8_t)opened.dummies);
        give_u8((uint8_t)opened.unknown);
    }
    sk_opener_free(opener);
    return e;
}
