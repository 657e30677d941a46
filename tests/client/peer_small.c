/* Hashes, classes, codes, texts, times and armour, one question each. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/calendar.h"
#include "keys/base/hash.h"
#include "keys/base/plain.h"
#include "keys/format/answer.h"
#include "keys/format/class.h"
#include "keys/format/receipt.h"
#include "keys/format/sheet.h"
#include "keys/format/slots.h"
#include "tests/armour_lines.h"
#include "tests/client/peer.h"

/* u8 with a key?, key 32, u8 length of the label, label, data -> F, BLAKE2b of data */
enum sk_error op_hash(struct in *in)
{
    char label[256] = {0};
    uint8_t out[32];
    struct sk_digest plain;
    bool keyed = take_u8(in) != 0;
    const uint8_t *key = take(in, 32);

    take_into(in, label, take_u8(in));
    size_t len = in->left;
    const uint8_t *data = take(in, len);

    sk_derive(out, keyed ? key : NULL, label, data, len);
    sk_blake2b(&plain, data, len);
    give(out, sizeof out);
    give(plain.b, sizeof plain.b);
    return SK_OK;
}

/* digests of sheets -> their digest */
enum sk_error op_digests(struct in *in)
{
    struct sk_digest digests[16], out;
    size_t count = in->left / 32;

    if (count > sizeof digests / sizeof *digests) {
        return SK_ERR_USAGE;
    }
    take_into(in, digests, 32 * count);
    enum sk_error e = sk_sheets_digest(&out, digests, count);

    give(out.b, sizeof out.b);
    return e;
}

/* u64 n -> u32 class of a content of n, u32 class of an envelope of n, u64 length of that envelope
 */
enum sk_error op_class(struct in *in)
{
    uint64_t n = take_u64(in);
    uint32_t chunks = sk_class_for(n);

    give_u32(chunks);
    give_u32(sk_class_of_length(n));
    give_u64(sk_envelope_length(chunks));
    return SK_OK;
}

enum sk_error op_parse(struct in *in)
{
    uint8_t r[SK_CODE_RANDOM];
    size_t len = in->left;
    enum sk_error e = sk_code_parse(r, (const char *)take(in, len), len);

    if (e == SK_OK) {
        give(r, sizeof r);
    }
    return e;
}

enum sk_error op_format(struct in *in)
{
    char text[SK_CODE_TEXT];

    sk_code_format(text, take(in, SK_CODE_RANDOM));
    give(text, strlen(text));
    return SK_OK;
}

/* r, u32 day -> row of that day, mailbox seed, mailbox, reply_sk, reply_pk, seed, sign_pk */
enum sk_error op_receipt(struct in *in)
{
    struct sk_receipt receipt;
    struct sk_row row;

    sk_receipt_derive(&receipt, take(in, SK_CODE_RANDOM));
    sk_receipt_row(&row, &receipt.row_key, take_u32(in));
    give(row.b, 16);
    give(receipt.mailbox_seed.b, 32);
    give(receipt.mailbox.b, 32);
    give(receipt.reply_sk.b, 32);
    give(receipt.reply_pk.b, 32);
    give(receipt.sign_sk.b, 32);
    give(receipt.sign_pk.b, 32);
    return SK_OK;
}

enum sk_error op_low(struct in *in)
{
    struct sk_x25519_pk pk;

    take_into(in, pk.b, sizeof pk.b);
    return sk_pk_low_order(&pk) != 0 ? SK_ERR_KEY_LOW_ORDER : SK_OK;
}

enum sk_error op_text(struct in *in)
{
    size_t len = in->left;

    return sk_text_valid((const char *)take(in, len), len) ? SK_OK : SK_ERR_ANSWER_FORMAT;
}

/* u64 seconds -> u32 day, week, month */
enum sk_error op_time(struct in *in)
{
    time_t now = (time_t)take_u64(in);

    give_u32(sk_day_of(now));
    give_u32(sk_week_of(now));
    give_u32(sk_month_of(now));
    return SK_OK;
}

/* The whole text, as it is written to a file. */
enum sk_error op_armour(struct in *in)
{
    char line[ARMOUR_LINE_TEXT];

    give(SK_ARMOUR_BEGIN "\n", strlen(SK_ARMOUR_BEGIN) + 1);
    while (in->left > 0) {
        size_t n = in->left < ARMOUR_LINE_BYTES ? in->left : ARMOUR_LINE_BYTES;

        give(line, armour_line(line, take(in, n), n));
    }
    give(SK_ARMOUR_END "\n", strlen(SK_ARMOUR_END) + 1);
    return SK_OK;
}

/* The length is the caller's to check. */
enum sk_error op_unarmour(struct in *in)
{
    struct sk_armour armour;
    size_t len = in->left, out_len = 0;
    uint8_t *out = room(SK_ARMOUR_ROOM(len));

    sk_armour_start(&armour);
    enum sk_error e = sk_armour_read(&armour, (const char *)take(in, len), len, out, &out_len);

    if (e == SK_OK) {
        e = sk_armour_end(&armour);
    }
    if (e == SK_OK && sk_class_of_length(out_len) == 0) {
        e = SK_ERR_ENVELOPE_LENGTH;
    }
    give(out, out_len);
    free(out);
    return e;
}
