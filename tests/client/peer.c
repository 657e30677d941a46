/* The C implementation as a partner for the JavaScript one: see peer.h. Ends with its standard
 * input. */
#include "tests/client/peer.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/bytes.h"

enum { REQUEST_MAX = 64 << 20 };

static struct {
    uint8_t *p;
    size_t len, room;
} answer;

static const struct {
    char name;
    operation *run;
} operations[] = {
    {'S', op_seal},   {'O', op_open},   {'H', op_sheet},    {'V', op_verify},  {'B', op_board},
    {'A', op_answer}, {'K', op_follow}, {'F', op_hash},     {'G', op_digests}, {'C', op_class},
    {'p', op_parse},  {'f', op_format}, {'R', op_receipt},  {'L', op_low},     {'T', op_text},
    {'D', op_time},   {'W', op_armour}, {'w', op_unarmour},
};

static void fail(const char *what)
{
    fprintf(stderr, "peer: %s\n", what);
    exit(1);
}

void *room(size_t len)
{
    void *p = calloc(1, len + 1);

    if (p == NULL) {
        fail("no memory");
    }
    return p;
}

const uint8_t *take(struct in *in, size_t len)
{
    const uint8_t *p = in->p;

    if (len > in->left) {
        fail("the request is too short");
    }
    in->p += len;
    in->left -= len;
    return p;
}

uint8_t take_u8(struct in *in)
{
    return *take(in, 1);
}

uint32_t take_u32(struct in *in)
{
    return sk_get_u32(take(in, 4));
}

uint64_t take_u64(struct in *in)
{
    return sk_get_u64(take(in, 8));
}

void take_into(struct in *in, void *out, size_t len)
{
    memcpy(out, take(in, len), len);
}

void give(const void *bytes, size_t len)
{
    if (len == 0) {
        return;
    }
    if (answer.len + len > answer.room) {
        answer.room = 2 * (answer.len + len);
        answer.p = realloc(answer.p, answer.room);
        if (answer.p == NULL) {
            fail("no memory");
        }
    }
    memcpy(answer.p + answer.len, bytes, len);
    answer.len += len;
}

void give_u8(uint8_t v)
{
    give(&v, 1);
}

void give_u32(uint32_t v)
{
    uint8_t bytes[4];

    sk_put_u32(bytes, v);
    give(bytes, sizeof bytes);
}

void give_u64(uint64_t v)
{
    uint8_t bytes[8];

    sk_put_u64(bytes, v);
    give(bytes, sizeof bytes);
}

static enum sk_error run(uint8_t name, struct in *in)
{
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (operations[i].name == (char)name) {
            return operations[i].run(in);
        }
    }
    fail("no such operation");
    return SK_ERR_USAGE;
}

static void send_answer(enum sk_error e)
{
    const char *name = sk_error_name(e);
    uint8_t head[5];

    if (e != SK_OK) {
        answer.len = 0;
    }
    sk_put_u32(head, (uint32_t)(1 + strlen(name) + answer.len));
    head[4] = (uint8_t)strlen(name);
    fwrite(head, 1, sizeof head, stdout);
    fwrite(name, 1, strlen(name), stdout);
    fwrite(answer.p, 1, answer.len, stdout);
    if (fflush(stdout) != 0) {
        fail("cannot write");
    }
    answer.len = 0;
}

/* Whether there was another request. */
static int serve(void)
{
    uint8_t head[5];
    size_t got = fread(head, 1, sizeof head, stdin);

    if (got == 0) {
        return 0;
    }
    uint32_t len = sk_get_u32(head);

    if (got != sizeof head || len > REQUEST_MAX) {
        fail("a broken request");
    }
    uint8_t *bytes = room(len);
    struct in in = {bytes, len};

    if (fread(bytes, 1, len, stdin) != len) {
        fail("a request was cut");
    }
    enum sk_error e = run(head[4], &in);

    if (in.left != 0 && e == SK_OK) {
        fail("the request is too long");
    }
    send_answer(e);
    free(bytes);
    return 1;
}

int main(void)
{
    if (sodium_init() < 0) {
        fail("libsodium");
    }
    give("", 1); /* so that the answer has a place from the beginning */
    answer.len = 0;
    while (serve()) {
    }
    free(answer.p);
    return 0;
}
