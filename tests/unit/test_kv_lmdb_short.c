/* Files that are shorter than LMDB's last page number: whole when all that they lack is free,
 * refused without SIGBUS when it is not. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/kv_lmdb.h"
#include "storage/kv_lmdb_pages.h"
#include "storage/outbox.h"
#include "storage/outbox_tables.h"
#include "tests/unit/storage_unit.h"

#define PAGE 4096

static const char *const TABLES[] = {"one", "two"};
static const struct sk_kv_shape SHAPE = {
    .name = "part", .version = 1, .tables = TABLES, .table_count = 2};

/* ---- making files ------------------------------------------------------------------- */

static enum sk_error fill_nothing(struct sk_txn *txn, void *ctx)
{
    (void)ctx;
    return sk_txn_error(txn);
}

static struct sk_kv *open_kv(const char *address)
{
    struct sk_kv *kv = NULL;

    assert_ok(sk_kv_open(&kv, address, &SHAPE, true));
    return kv;
}

/* A new one, that grows. */
static struct sk_kv *new_kv(const char *address)
{
    assert_ok(sk_kv_create(address, &SHAPE, 0, fill_nothing, NULL));
    return open_kv(address);
}

static const char *file_of(const char *address)
{
    return unit_path(address, "part/00000001.mdb");
}

static void put_number(struct sk_txn *txn, size_t table, unsigned i, size_t len)
{
    uint8_t *value = malloc(len);
    char key[16];

    assert_non_null(value);
    memset(value, (int)(i % 251), len);
    snprintf(key, sizeof key, "%08u", i);
    sk_txn_put(txn, table, sk_bytes(key, 8), sk_bytes(value, len));
    free(value);
}

static void delete_number(struct sk_txn *txn, size_t table, unsigned i)
{
    char key[16];

    snprintf(key, sizeof key, "%08u", i);
    sk_txn_delete(txn, table, sk_bytes(key, 8));
}

/* Small pages are freed and can be used again; a large value finds no room among them, is put at
 * the end and deleted by the same transaction, which needs nothing else at the end. */
static void leave_end_unwritten(struct sk_kv *kv, unsigned first)
{
    struct sk_txn *txn = sk_kv_begin(kv, true);

    for (unsigned i = first; i < first + 60; i++) {
        put_number(txn, 1, i, 1500);
    }
    assert_ok(sk_txn_commit(txn));
    txn = sk_kv_begin(kv, true);
    for (unsigned i = first; i < first + 60; i++) {
        delete_number(txn, 1, i);
    }
    assert_ok(sk_txn_commit(txn));
    for (unsigned i = 0; i < 2; i++) {
        txn = sk_kv_begin(kv, true);
        put_number(txn, 1, first, i * 800000 + 10);
        delete_number(txn, 1, first);
        assert_ok(sk_txn_commit(txn));
    }
}

static void fill(struct sk_kv *kv, unsigned count, size_t len)
{
    struct sk_txn *txn = sk_kv_begin(kv, true);

    for (unsigned i = 0; i < count; i++) {
        put_number(txn, 0, i, len);
    }
    assert_ok(sk_txn_commit(txn));
}

/* What LMDB's newer meta page says, and what the file has. */
struct shape {
    uint64_t pages, snapshot, len;
    unsigned free_depth; /* of the table of free pages */
};

static struct shape shape_of(const char *path)
{
    uint8_t meta[2 * PAGE];
    uint64_t snapshots[2];
    uint16_t depth;
    struct shape shape;
    struct stat st;
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    assert_int_equal(fread(meta, 1, sizeof meta, f), sizeof meta);
    fclose(f);
    memcpy(&snapshots[0], meta + 144, 8);
    memcpy(&snapshots[1], meta + PAGE + 144, 8);
    const uint8_t *newer = meta + (snapshots[1] > snapshots[0] ? PAGE : 0);

    memcpy(&depth, newer + 46, 2);
    memcpy(&shape.pages, newer + 136, 8);
    memcpy(&shape.snapshot, newer + 144, 8);
    assert_int_equal(stat(path, &st), 0);
    shape.free_depth = depth;
    shape.pages++;
    shape.len = (uint64_t)st.st_size;
    return shape;
}

static void assert_short(const char *path)
{
    struct shape shape = shape_of(path);

    assert_true(shape.len / PAGE < shape.pages); /* or the test does not test anything */
}

/* ---- judging them --------------------------------------------------------------------- */

/* All values of table one, touched to their last byte. */
static bool all_there(struct sk_kv *kv, unsigned count)
{
    struct sk_txn *txn = sk_kv_begin(kv, false);
    struct sk_bytes key = {NULL, 0}, value;
    unsigned n = 0;
    bool right = true;

    for (bool more = sk_txn_seek(txn, 0, &key, &value); more;
         more = sk_txn_next(txn, 0, &key, &value)) {
        for (size_t i = 0; i < value.len; i++) {
            right = right && value.p[i] == n % 251;
        }
        n++;
    }
    right = right && sk_txn_error(txn) == SK_OK && n == count;
    sk_txn_abort(txn);
    return right;
}

enum judged { WHOLE = 20, REFUSED, WRONG };

static enum judged judge(const char *address, bool writable, unsigned count)
{
    struct sk_kv *kv = NULL;
    enum sk_error e = sk_kv_open(&kv, address, &SHAPE, writable);

    if (e != SK_OK) {
        return e == SK_ERR_CORRUPT ? REFUSED : WRONG;
    }
    bool right = all_there(kv, count);

    if (right && writable) {
        struct sk_txn *txn = sk_kv_begin(kv, true);

        put_number(txn, 1, 1, 20000);
        right = sk_txn_commit(txn) == SK_OK && all_there(kv, count);
    }
    sk_kv_close(kv);
    return right ? WHOLE : WRONG;
}

/* In a process of its own, which a signal may end. */
static enum judged judge_apart(const char *address, bool writable, unsigned count)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        _exit((int)judge(address, writable, count));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum judged)WEXITSTATUS(status);
}

static void copy_file(const char *from, const char *to, uint64_t len)
{
    char command[1200];

    snprintf(command, sizeof command, "cp '%s' '%s' && truncate -s %llu '%s'", from, to,
             (unsigned long long)len, to);
    assert_int_equal(system(command), 0);
}

/* The shortest length that is whole, and how many cuts below it were refused. Cut at every `step`th
 * page boundary and within the page after it. */
static uint64_t cut_everywhere(const char *folder, const char *path, unsigned count, uint64_t step,
                               unsigned *refused)
{
    const char *cut = unit_path(folder, "cut"), *cut_file = file_of(cut);
    uint64_t len = shape_of(path).len, shortest = 0;

    sk_kv_close(new_kv(cut));
    *refused = 0;
    for (uint64_t page = 0; page * PAGE <= len; page += step) {
        for (uint64_t at = page * PAGE; at <= page * PAGE + 1000; at += 1000) {
            copy_file(path, cut_file, at < len ? at : len);
            enum judged reading = judge_apart(cut, false, count);

            assert_int_equal(judge_apart(cut, true, count), reading);
            assert_int_not_equal(reading, WRONG);
            if (reading == REFUSED) {
                assert_int_equal(shortest, 0); /* what is whole does not break by being longer */
                (*refused)++;
            } else if (shortest == 0) {
                shortest = at;
            }
        }
    }
    return shortest;
}

/* ---- the tests ---------------------------------------------------------------------------- */

static void a_short_whole_file_opens(void **state)
{
    const char *address = unit_path(*state, "e"), *path = file_of(address);
    struct sk_kv *kv = new_kv(address);

    fill(kv, 50, 3000);
    leave_end_unwritten(kv, 1000);
    sk_kv_close(kv);
    assert_short(path);
    assert_int_equal(judge_apart(address, false, 50), WHOLE);
    assert_int_equal(judge_apart(address, true, 50), WHOLE);
    assert_int_equal(judge_apart(address, true, 50), WHOLE); /* also after it was written to */
}

static void nothing_free_can_be_cut_off(void **state)
{
    const char *address = unit_path(*state, "e"), *path = file_of(address);
    struct sk_kv *kv = new_kv(address);
    unsigned refused;

    fill(kv, 20, 3000);
    sk_kv_close(kv);
    struct shape shape = shape_of(path);

    assert_int_equal(shape.len, shape.pages * PAGE);
    assert_int_equal(cut_everywhere(*state, path, 20, 1, &refused), shape.len);
    assert_true(refused > 20);
}

static void every_cut_is_refused_or_whole(void **state)
{
    const char *address = unit_path(*state, "e"), *path = file_of(address);
    struct sk_kv *kv = new_kv(address);
    struct sk_txn *txn;
    unsigned refused;

    fill(kv, 30, 9000);
    leave_end_unwritten(kv, 1000);
    txn = sk_kv_begin(kv, true);
    for (unsigned i = 20; i < 30; i++) {
        delete_number(txn, 0, i); /* free pages before the end, that are in the file */
    }
    assert_ok(sk_txn_commit(txn));
    leave_end_unwritten(kv, 2000);
    sk_kv_close(kv);
    assert_true(cut_everywhere(*state, path, 20, 1, &refused) > 20 * 9000);
    assert_true(refused > 40);
}

/* A list of free pages that is longer than a page, and so has pages of its own: in the way of a cut
 * like any other. */
static void a_long_list_of_free_pages_is_read(void **state)
{
    const char *address = unit_path(*state, "e"), *path = file_of(address);
    struct sk_kv *kv = new_kv(address);
    unsigned refused;

    fill(kv, 900, 9000);
    struct sk_txn *txn = sk_kv_begin(kv, true);

    for (unsigned i = 5; i < 900; i++) {
        delete_number(txn, 0, i);
    }
    assert_ok(sk_txn_commit(txn)); /* 2,685 pages at least, in one list */
    leave_end_unwritten(kv, 1000); /* what is in use moves to the front */
    sk_kv_close(kv);
    uint64_t shortest = cut_everywhere(*state, path, 5, 37, &refused);

    assert_true(shortest > 5 * 9000);
    assert_true(refused > 0);
}

static void put_alone(struct sk_kv *kv, unsigned i, size_t len)
{
    struct sk_txn *txn = sk_kv_begin(kv, true);

    put_number(txn, 1, i, len);
    assert_ok(sk_txn_commit(txn));
}

static void delete_alone(struct sk_kv *kv, size_t table, unsigned i)
{
    struct sk_txn *txn = sk_kv_begin(kv, true);

    delete_number(txn, table, i);
    assert_ok(sk_txn_commit(txn));
}

static void many_lists_make_a_tree_that_is_read(void **state)
{
    const char *address = unit_path(*state, "e"), *path = file_of(address);
    struct sk_kv *kv = new_kv(address);
    struct sk_txn *reader;
    struct shape shape;
    unsigned refused;

    fill(kv, 300, 2500);
    reader = sk_kv_begin(kv, false); /* so that no list is used up */
    for (unsigned i = 10; i < 300; i++) {
        delete_alone(kv, 0, i);
    }
    put_alone(kv, 1, 800000); /* at the end, where nothing will be in use any more */
    sk_txn_abort(reader);
    delete_alone(kv, 1, 1);
    for (unsigned i = 0; i < 4; i++) {
        put_alone(kv, 2, 100);
    }
    sk_kv_close(kv);
    shape = shape_of(path);
    assert_true(shape.free_depth > 1);
    uint64_t shortest = cut_everywhere(*state, path, 10, 41, &refused);

    assert_in_range(shortest, 10 * PAGE, shape.len - 50 * PAGE);
    assert_true(refused > 0);
}

static void an_outbox_in_that_state_opens(void **state)
{
    const char *store = unit_path(*state, "store");
    const char *path = unit_path(store, "outbox/00000001.mdb");
    struct sk_outbox *outbox = NULL;
    struct sk_kv *kv = NULL;

    assert_ok(sk_outbox_create(store));
    assert_ok(sk_kv_open(&kv, store, &sk_outbox_shape, true));
    leave_end_unwritten(kv, 0);
    sk_kv_close(kv);
    assert_short(path);
    assert_ok(sk_outbox_open(&outbox, store, false)); /* as the gateway does */
    sk_outbox_close(outbox);
    assert_ok(sk_outbox_open(&outbox, store, true));
    sk_outbox_close(outbox);
    assert_short(path); /* nothing had to be mended */
}

/* Another process writes, and leaves the file short again and again. */
static void opens_while_another_process_writes(void **state)
{
    const char *address = unit_path(*state, "e");
    struct sk_kv *kv = new_kv(address);
    int status, go[2];
    char byte = 0;

    fill(kv, 5, 3000);
    sk_kv_close(kv);
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();

    if (child == 0) {
        close(go[1]);
        if (sk_kv_open(&kv, address, &SHAPE, true) != SK_OK) {
            _exit(1);
        }
        fcntl(go[0], F_SETFL, O_NONBLOCK);
        for (unsigned i = 0; read(go[0], &byte, 1) != 0; i++) { /* until the other end is closed */
            leave_end_unwritten(kv, 1000);
            fill(kv, 5, 3000 + i % 7 * 400);
        }
        sk_kv_close(kv);
        _exit(0);
    }
    close(go[0]);
    for (unsigned i = 0; i < 300; i++) {
        enum sk_error e = sk_kv_open(&kv, address, &SHAPE, false);

        assert_ok(e);
        sk_kv_close(kv);
    }
    close(go[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(judge_apart(address, false, 5), WHOLE);
}

static enum sk_error look(int fd, uint64_t snapshot, uint64_t len)
{
    struct sk_pages_root root;
    enum sk_error e = sk_pages_root(fd, snapshot, &root);

    return e == SK_OK ? sk_pages_whole(fd, &root, len) : e;
}

/* The answer that asks for another look: the snapshot's page holds a newer one. */
static void a_snapshot_that_was_overtaken_is_no_damage(void **state)
{
    const char *address = unit_path(*state, "e"), *path = file_of(address);
    struct sk_kv *kv = new_kv(address);

    for (unsigned i = 0; i < 4; i++) {
        fill(kv, 20, 3000);
    }
    sk_kv_close(kv);
    struct shape shape = shape_of(path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_ok(look(fd, shape.snapshot, shape.len));
    assert_ok(look(fd, shape.snapshot - 1, shape.len));
    assert_error(look(fd, shape.snapshot - 2, shape.len), SK_ERR_LOCKED);
    assert_error(look(fd, shape.snapshot + 1, shape.len), SK_ERR_CORRUPT);
    assert_error(look(fd, shape.snapshot, 2 * PAGE), SK_ERR_CORRUPT);
    close(fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_short_whole_file_opens),
        TEST(nothing_free_can_be_cut_off),
        TEST(every_cut_is_refused_or_whole),
        TEST(a_long_list_of_free_pages_is_read),
        TEST(many_lists_make_a_tree_that_is_read),
        TEST(an_outbox_in_that_state_opens),
        TEST(opens_while_another_process_writes),
        TEST(a_snapshot_that_was_overtaken_is_no_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
