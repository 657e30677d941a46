#include "storage/kv_lmdb_pages.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/file.h"

/* LMDB writes its numbers as the machine has them, in words of its size. */
_Static_assert(sizeof(size_t) == 8, "LMDB's files have another layout on this machine");

enum {
    PAGE_MIN = 512, /* bytes */
    PAGE_MAX = 65536,
    DEPTH_MAX = 32, /* LMDB's own limit, CURSOR_STACK */
    /* a page */
    PAGE_FLAGS = 10,
    PAGE_LOWER = 12,
    PAGE_RUN = 12, /* of the first of several pages: how many */
    PAGE_HEAD = 16,
    FLAG_BRANCH = 1,
    FLAG_LEAF = 2,
    FLAG_OVERFLOW = 4,
    /* a meta page */
    META_MAGIC = 16,
    META_VERSION = 20,
    META_PAGE_BYTES = 40, /* kept in the table of free pages */
    META_FREE_DEPTH = 46,
    META_FREE_ROOT = 80,
    META_LAST_PAGE = 136,
    META_SNAPSHOT = 144,
    META_END = 152,
    /* an entry of a page */
    NODE_FLAGS = 4,
    NODE_KEY = 6,
    NODE_HEAD = 8,
    NODE_LONG = 1, /* the value has pages of its own */
    FREE_KEY = 8   /* a transaction's number */
};
#define META_MAGIC_VALUE 0xBEEFC0DEu
#define META_VERSION_VALUE 1u
#define NO_PAGE UINT64_MAX

struct walk {
    int fd;
    size_t page_bytes;
    uint64_t have;     /* whole pages in the file */
    uint64_t pages;    /* pages that the snapshot counts */
    uint64_t budget;   /* pages that may still be read: a tree has each of its pages once */
    uint64_t *missing; /* those beyond the end that are listed as free */
    size_t count, room;
};

static uint64_t get(const uint8_t *p, size_t bytes)
{
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    switch (bytes) {
    case 2:
        memcpy(&two, p, sizeof two);
        return two;
    case 4:
        memcpy(&four, p, sizeof four);
        return four;
    default:
        memcpy(&eight, p, sizeof eight);
        return eight;
    }
}

/* ---- meta pages ---------------------------------------------------------------- */

static enum sk_error read_meta(int fd, uint64_t at, struct sk_pages_root *out)
{
    uint8_t m[META_END];
    enum sk_error e = sk_fd_read_at(fd, at, m, sizeof m, SK_ERR_CORRUPT);

    if (e != SK_OK) {
        return e;
    }
    out->page_bytes = get(m + META_PAGE_BYTES, 4);
    out->depth = (unsigned)get(m + META_FREE_DEPTH, 2);
    out->page = get(m + META_FREE_ROOT, 8);
    out->pages = get(m + META_LAST_PAGE, 8) + 1;
    out->snapshot = get(m + META_SNAPSHOT, 8);
    bool known = get(m + META_MAGIC, 4) == META_MAGIC_VALUE &&
                 get(m + META_VERSION, 4) == META_VERSION_VALUE;
    bool sound = out->page_bytes >= PAGE_MIN && out->page_bytes <= PAGE_MAX &&
                 (out->page_bytes & (out->page_bytes - 1)) == 0 && out->depth <= DEPTH_MAX &&
                 out->pages > 0;

    return known && sound ? SK_OK : SK_ERR_CORRUPT;
}

/* Transactions write the two meta pages in turn. */
enum sk_error sk_pages_root(int fd, uint64_t snapshot, struct sk_pages_root *out)
{
    struct sk_pages_root first, ours;
    enum sk_error e = read_meta(fd, 0, &first); /* for the length of a page, which never changes */

    if (e == SK_OK) {
        e = read_meta(fd, (snapshot & 1) * first.page_bytes, &ours);
    }
    if (e != SK_OK) {
        return e;
    }
    if (ours.snapshot > snapshot) {
        return SK_ERR_LOCKED;
    }
    if (ours.snapshot != snapshot || ours.page_bytes != first.page_bytes) {
        return SK_ERR_CORRUPT;
    }
    *out = ours;
    return SK_OK;
}

/* ---- the table of free pages ------------------------------------------------------ */

static enum sk_error read_pages(struct walk *w, uint64_t page, uint64_t offset, uint8_t *out,
                                size_t len)
{
    uint64_t run = (offset + len + w->page_bytes - 1) / w->page_bytes;

    if (page >= w->have || run > w->have - page || run > w->budget) {
        return SK_ERR_CORRUPT;
    }
    w->budget -= run;
    return sk_fd_read_at(w->fd, page * w->page_bytes + offset, out, len, SK_ERR_CORRUPT);
}

static enum sk_error add_missing(struct walk *w, uint64_t page)
{
    if (w->count == w->room) {
        size_t room = w->room == 0 ? 64 : 2 * w->room;
        uint64_t *more = realloc(w->missing, room * sizeof *more);

        if (more == NULL) {
            return SK_ERR_MEMORY;
        }
        w->missing = more;
        w->room = room;
    }
    w->missing[w->count++] = page;
    return SK_OK;
}

/* One transaction's list: its length, then the numbers. */
static enum sk_error read_list(struct walk *w, const uint8_t *list, size_t len)
{
    if (len < 8 || get(list, 8) > len / 8 - 1) {
        return SK_ERR_CORRUPT;
    }
    for (uint64_t i = 1; i <= get(list, 8); i++) {
        uint64_t page = get(list + 8 * i, 8);
        enum sk_error e = page >= w->pages  ? SK_ERR_CORRUPT
                          : page >= w->have ? add_missing(w, page)
                                            : SK_OK;

        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}

static enum sk_error read_long_list(struct walk *w, uint64_t page, size_t len)
{
    uint8_t head[PAGE_HEAD];
    enum sk_error e = read_pages(w, page, 0, head, sizeof head);

    if (e != SK_OK) {
        return e;
    }
    if ((get(head + PAGE_FLAGS, 2) & FLAG_OVERFLOW) == 0 ||
        get(head + PAGE_RUN, 4) * w->page_bytes < PAGE_HEAD + (uint64_t)len ||
        len > w->have * w->page_bytes) {
        return SK_ERR_CORRUPT;
    }
    uint8_t *list = malloc(len + 1);

    e = list == NULL ? SK_ERR_MEMORY : read_pages(w, page, PAGE_HEAD, list, len);
    if (e == SK_OK) {
        e = read_list(w, list, len);
    }
    free(list);
    return e;
}

/* node: an entry of a leaf, of which `room` bytes are left in the page. */
static enum sk_error read_leaf_entry(struct walk *w, const uint8_t *node, size_t room)
{
    size_t len = (size_t)(get(node, 2) | get(node + 2, 2) << 16);
    const uint8_t *value = node + NODE_HEAD + FREE_KEY;
    bool is_long = (get(node + NODE_FLAGS, 2) & NODE_LONG) != 0;

    if (get(node + NODE_KEY, 2) != FREE_KEY || room < NODE_HEAD + FREE_KEY ||
        room - NODE_HEAD - FREE_KEY < (is_long ? 8 : len)) {
        return SK_ERR_CORRUPT;
    }
    return is_long ? read_long_list(w, get(value, 8), len) : read_list(w, value, len);
}

static enum sk_error walk_page(struct walk *w, uint64_t page, unsigned depth);

static enum sk_error walk_entries(struct walk *w, const uint8_t *p, unsigned depth)
{
    size_t lower = get(p + PAGE_LOWER, 2);
    uint64_t kind = get(p + PAGE_FLAGS, 2) & (FLAG_BRANCH | FLAG_LEAF | FLAG_OVERFLOW);

    if (kind != (depth > 1 ? FLAG_BRANCH : FLAG_LEAF) || lower < PAGE_HEAD ||
        lower > w->page_bytes) {
        return SK_ERR_CORRUPT;
    }
    for (size_t at = PAGE_HEAD; at + 2 <= lower; at += 2) {
        size_t offset = get(p + at, 2);
        const uint8_t *node = p + offset;

        if (offset < lower || offset + NODE_HEAD > w->page_bytes) {
            return SK_ERR_CORRUPT;
        }
        enum sk_error e =
            depth > 1 ? walk_page(w, get(node, 2) | get(node + 2, 2) << 16 | get(node + 4, 2) << 32,
                                  depth - 1)
                      : read_leaf_entry(w, node, w->page_bytes - offset);

        if (e != SK_OK) {
            return e;
        }
    }
    return SK_OK;
}

static enum sk_error walk_page(struct walk *w, uint64_t page, unsigned depth)
{
    uint8_t *p = malloc(w->page_bytes);
    enum sk_error e = p == NULL ? SK_ERR_MEMORY : read_pages(w, page, 0, p, w->page_bytes);

    if (e == SK_OK) {
        e = walk_entries(w, p, depth);
    }
    free(p);
    return e;
}

/* ---- together ------------------------------------------------------------------------ */

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Every page beyond the end, each at least once. */
static bool all_listed(struct walk *w)
{
    uint64_t next = w->have;

    if (w->count > 0) {
        qsort(w->missing, w->count, sizeof *w->missing, by_number);
    }
    for (size_t i = 0; i < w->count && w->missing[i] <= next; i++) {
        next = w->missing[i] + 1;
    }
    return next >= w->pages;
}

enum sk_error sk_pages_whole(int fd, const struct sk_pages_root *root, uint64_t len)
{
    uint64_t have = len / root->page_bytes;

    if (have >= root->pages) {
        return SK_OK;
    }
    if (have < 2 || root->depth == 0 || root->page == NO_PAGE) {
        return SK_ERR_CORRUPT; /* the meta pages themselves, or nothing is free */
    }
    /* The list of a value is read after its head: one page is counted twice. */
    struct walk w = {.fd = fd,
                     .page_bytes = (size_t)root->page_bytes,
                     .have = have,
                     .pages = root->pages,
                     .budget = 2 * have};
    enum sk_error e = walk_page(&w, root->page, root->depth);

    if (e == SK_OK && !all_listed(&w)) {
        e = SK_ERR_CORRUPT;
    }
    free(w.missing);
    return e;
}
