#include "keys/parse/walk.h"

static enum sk_error source(void *ctx, uint8_t *out, size_t len, size_t *got)
{
    struct sk_walk *walk = ctx;

    return sk_body_read(&walk->body, out, len, got);
}

static enum sk_error sink(void *ctx, const uint8_t *bytes, size_t len)
{
    struct sk_walk *walk = ctx;
    uint64_t before = walk->given;

    walk->given += len;
    if (walk->mode == SK_PARSE_LIST) {
        uint64_t room = before < SK_PARSE_PIECE ? SK_PARSE_PIECE - before : 0;

        if (walk->piece == SK_FRAME_DATA) {
            return SK_OK;
        }
        len = len < room ? len : (size_t)room;
    }
    return sk_emit_bytes(&walk->emit, walk->piece, bytes, len);
}

static enum sk_error announce(struct sk_walk *walk, const uint8_t *lines, size_t len)
{
    const struct sk_part_head *head = &walk->head;
    enum sk_error e;

    walk->given = 0;
    walk->piece = head->is_file ? SK_FRAME_DATA : SK_FRAME_FIELD_MORE;
    if (head->is_file) {
        e = sk_emit_file(&walk->emit, &head->field, &head->file, &head->type);
    } else {
        e = sk_emit_frame(&walk->emit, SK_FRAME_FIELD, head->field.bytes, head->field.len, NULL, 0);
    }
    if (e == SK_OK && walk->mode == SK_PARSE_FULL && len > 0) {
        e = sk_emit_frame(&walk->emit, SK_FRAME_HEAD_LINES, lines, len, NULL, 0);
    }
    return e;
}

static enum sk_error walk_part(struct sk_walk *walk, enum sk_split_next *next)
{
    const uint8_t *lines = NULL;
    size_t len = 0;
    enum sk_error e = sk_split_head(&walk->split, &lines, &len);

    if (e != SK_OK) {
        return e;
    }
    sk_part_head_read(&walk->head, lines, len);
    e = announce(walk, lines, len);
    if (e != SK_OK) {
        return e;
    }
    e = sk_split_content(&walk->split, sink, walk, next);
    if (e != SK_OK) {
        return e;
    }
    return sk_emit_u64(&walk->emit,
                       walk->piece == SK_FRAME_DATA ? SK_FRAME_FILE_END : SK_FRAME_FIELD_END,
                       walk->given);
}

static enum sk_error walk_parts(struct sk_walk *walk, enum sk_parse_outcome *outcome)
{
    enum sk_split_next next = SK_SPLIT_CUT;
    enum sk_error e = sk_split_content(&walk->split, NULL, NULL, &next);
    unsigned parts = 0;

    *outcome = SK_PARSE_MALFORMED;
    while (e == SK_OK && next == SK_SPLIT_PART) {
        if (++parts > SK_PARSE_PARTS_MAX) {
            *outcome = SK_PARSE_CROWDED;
            return SK_OK;
        }
        e = walk_part(walk, &next);
    }
    if (e == SK_OK && parts > 0) {
        *outcome = next == SK_SPLIT_CLOSE ? SK_PARSE_WHOLE : SK_PARSE_TRUNCATED;
    }
    return e;
}

enum sk_error sk_walk_all(struct sk_walk *walk, const char *boundary)
{
    enum sk_parse_outcome outcome = SK_PARSE_UNREADABLE;
    enum sk_error e;
    uint8_t byte;

    sk_split_start(&walk->split, boundary, source, walk);
    e = walk_parts(walk, &outcome);
    if (e != SK_OK && e != SK_ERR_PARSE_FAILED) {
        outcome = SK_PARSE_UNREADABLE;
    }
    byte = (uint8_t)outcome;
    return sk_emit_frame(&walk->emit, SK_FRAME_END, &byte, 1, NULL, 0);
}
