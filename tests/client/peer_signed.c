/* Sheets, boards and answers. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"
#include "keys/format/answer.h"
#include "keys/format/board.h"
#include "keys/format/sheet.h"
#include "keys/format/signed.h"
#include "keys/open/board_make.h"
#include "tests/client/peer.h"

static void give_sheet(const struct sk_sheet *sheet)
{
    give_u8(sheet->weeks);
    give_u8(sheet->months);
    give_u8(sheet->keep_weeks);
    give_u32(sheet->serial);
    give_u32(sheet->first_week);
    give_u32(sheet->first_month);
    give_u32(sheet->issued_week);
    give_u64(sheet->board_floor);
    give(sheet->identity.b, 32);
    give(sheet->desk.b, 32);
    give(sheet->next_identity.b, 32);
    give(sheet->onion, 32);
    give(sheet->digest.b, 32);
}

/* u64 now, pin 32, u8 was one seen?, u32 its serial, its digest 32, u32 epoch, sheet -> fields, key
 * of the epoch or nothing */
enum sk_error op_sheet(struct in *in)
{
    struct sk_sheet *sheet = room(sizeof *sheet);
    struct sk_ed25519_pk pin;
    struct sk_digest last;
    uint64_t now = take_u64(in);

    take_into(in, pin.b, sizeof pin.b);
    bool seen = take_u8(in) != 0;
    uint32_t serial = take_u32(in);
    take_into(in, last.b, sizeof last.b);
    uint32_t epoch = take_u32(in);
    size_t len = in->left;
    enum sk_error e = sk_sheet_read(sheet, take(in, len), len);

    if (e == SK_OK) {
        e = sk_sheet_trust(sheet, &pin, seen ? serial : 0, seen ? &last : NULL, (time_t)now);
    }
    if (e == SK_OK) {
        const struct sk_x25519_pk *key = sk_sheet_key(sheet, epoch);

        give_sheet(sheet);
        give(key != NULL ? key->b : NULL, key != NULL ? 32 : 0);
    }
    free(sheet);
    return e;
}

/* signature 64, key 32, message */
enum sk_error op_verify(struct in *in)
{
    const uint8_t *signature = take(in, 64);
    struct sk_ed25519_pk pk;

    take_into(in, pk.b, sizeof pk.b);
    size_t len = in->left;
    uint8_t *file = room(len + 64);

    memcpy(file, take(in, len), len);
    memcpy(file + len, signature, 64);
    enum sk_error e = sk_signed_check(file, len + 64, SK_BOARD_LABEL, &pk, SK_ERR_BOARD_SIGNATURE);

    free(file);
    return e;
}

static enum sk_error emit(void *ctx, const uint8_t *bytes, size_t len)
{
    (void)ctx;
    give(bytes, len);
    return SK_OK;
}

/* seed 32, identity 32, previous 32, carry digest 32, u32 issued, stale, carry serial, sheet
 * serial, u64 counter, then threads: r 15, u8 status, u32 day, envelope 32, u32 n, text n -> the
 * file */
enum sk_error op_board(struct in *in)
{
    struct sk_board plan = {0};
    struct sk_ed25519_sk desk;
    struct sk_ed25519_pk desk_pk;
    struct sk_thread *threads = room(in->left / 56 * sizeof *threads);
    size_t count = 0;

    crypto_sign_seed_keypair(desk_pk.b, desk.b, take(in, 32));
    take_into(in, plan.identity.b, 32);
    take_into(in, plan.previous.b, 32);
    take_into(in, plan.carry_digest.b, 32);
    plan.issued_day = take_u32(in);
    plan.stale_day = take_u32(in);
    plan.carry_serial = take_u32(in);
    plan.sheet_serial = take_u32(in);
    plan.counter = take_u64(in);
    while (in->left > 0) {
        struct sk_thread *t = &threads[count++];
        struct sk_receipt receipt;

        sk_receipt_derive(&receipt, take(in, SK_CODE_RANDOM));
        t->mailbox = receipt.mailbox;
        t->reply_pk = receipt.reply_pk;
        t->status = take_u8(in);
        t->day = take_u32(in);
        take_into(in, t->envelope.b, 32);
        t->text_len = take_u32(in);
        t->text = (const char *)take(in, t->text_len);
    }
    enum sk_error e = sk_board_make(&plan, &desk, threads, count, emit, NULL, NULL);

    free(threads);
    return e;
}

struct file {
    const uint8_t *buckets;
};

static enum sk_error read_bucket(void *ctx, unsigned bucket, uint8_t *bytes, size_t len)
{
    const struct file *file = ctx;

    memcpy(bytes, file->buckets + bucket * len, len);
    return SK_OK;
}

/* The header that the bytes begin with, taken off them. */
static enum sk_error read_header(struct sk_board *board, struct in *in,
                                 const struct sk_ed25519_pk *desk)
{
    size_t len = sk_board_header_length(in->p, in->left);

    if (len == 0 || len > in->left) {
        len = in->left; /* sk_board_read() says what is wrong */
    }
    return sk_board_read(board, take(in, len), len, desk);
}

static void give_answer(const struct sk_board *board, const struct sk_answer *answer)
{
    give_u32(board->issued_day);
    give_u32(board->stale_day);
    give_u32(board->carry_serial);
    give_u32(board->sheet_serial);
    give_u64(board->counter);
    give(board->identity.b, 32);
    give(board->previous.b, 32);
    give(board->carry_digest.b, 32);
    give(board->digest.b, 32);
    give_u8(answer->status);
    give_u32(answer->day);
    give(answer->envelope.b, 32);
    give(answer->text, answer->text_len);
}

/* desk 32, r 15, board -> fields, answer. NOT_FOUND also when there is none. */
enum sk_error op_answer(struct in *in)
{
    struct sk_board *board = room(sizeof *board);
    struct sk_answer *answer = room(sizeof *answer);
    struct sk_ed25519_pk desk;
    struct sk_receipt receipt;

    take_into(in, desk.b, sizeof desk.b);
    sk_receipt_derive(&receipt, take(in, SK_CODE_RANDOM));
    enum sk_error e = read_header(board, in, &desk);

    if (e == SK_OK && sk_board_file_length(board) != board->header_len + in->left) {
        e = SK_ERR_BOARD_LENGTH;
    }
    if (e == SK_OK) {
        struct file file = {in->p};

        e = sk_answer_read(answer, board, &receipt, read_bucket, &file);
    }
    if (e == SK_OK) {
        take(in, in->left);
        give_answer(board, answer);
    }
    free(answer);
    free(board);
    return e;
}

/* desk 32, u32 length of the sheet, sheet, header, and perhaps the header of the last board */
enum sk_error op_follow(struct in *in)
{
    struct sk_board *board = room(sizeof *board), *last = room(sizeof *last);
    struct sk_sheet *sheet = room(sizeof *sheet);
    struct sk_ed25519_pk desk;

    take_into(in, desk.b, sizeof desk.b);
    size_t len = take_u32(in);
    enum sk_error e = sk_sheet_read(sheet, take(in, len), len);

    if (e == SK_OK) {
        e = read_header(board, in, &desk);
    }
    bool follows = in->left > 0;

    if (e == SK_OK && follows) {
        e = read_header(last, in, &desk);
    }
    if (e == SK_OK) {
        e = sk_board_trust(board, sheet, follows ? last : NULL);
    }
    free(sheet);
    free(last);
    free(board);
    return e;
}
