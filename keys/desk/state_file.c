#include "keys/desk/state_file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "keys/base/file.h"
#include "keys/desk/json.h"
#include "keys/desk/vault.h"

#define STATE_MAX (64u << 20)

static const uint8_t label[] = "skrynka desk state 1";

/* ---- to JSON --------------------------------------------------------------- */

static json_t *bundles_json(const struct sk_series *series)
{
    json_t *list = json_array();

    for (size_t i = 0; i < series->bundle_count; i++) {
        const struct sk_known_bundle *b = &series->bundles[i];

        json_array_append_new(list, json_pack("{s:I, s:b, s:o, s:o}", "serial",
                                              (json_int_t)b->serial, "lost", (int)b->lost, "digest",
                                              sk_json_hex(&b->digest, sizeof b->digest), "previous",
                                              sk_json_hex(&b->previous, sizeof b->previous)));
    }
    return list;
}

static json_t *series_json(const struct sk_state *state)
{
    json_t *list = json_array();

    for (size_t i = 0; i < state->series_count; i++) {
        const struct sk_series *s = &state->series[i];

        json_array_append_new(list, json_pack("{s:o, s:o, s:I, s:o}", "id",
                                              sk_json_hex(&s->id, sizeof s->id), "gateway",
                                              sk_json_hex(&s->gateway, sizeof s->gateway), "start",
                                              (json_int_t)s->start, "bundles", bundles_json(s)));
    }
    return list;
}

static json_t *offered_json(const struct sk_state *state)
{
    json_t *list = json_array();

    for (size_t i = 0; i < state->offered_count; i++) {
        json_array_append_new(list, sk_json_hex(&state->offered[i], sizeof state->offered[i]));
    }
    return list;
}

static json_t *committed_json(const struct sk_state *state)
{
    json_t *list = json_array();

    for (size_t i = 0; i < state->committed_count; i++) {
        const struct sk_committed *c = &state->committed[i];

        json_array_append_new(list, json_pack("{s:I, s:I}", "segment", (json_int_t)c->segment,
                                              "records", (json_int_t)c->records));
    }
    return list;
}

static json_t *peers_json(const struct sk_state *state)
{
    json_t *list = json_array();

    for (size_t i = 0; i < state->peer_count; i++) {
        const struct sk_known_peer *p = &state->peers[i];

        json_array_append_new(list, json_pack("{s:s, s:o, s:I, s:o}", "name", p->name, "identity",
                                              sk_json_hex(&p->identity, sizeof p->identity),
                                              "serial", (json_int_t)p->serial, "sheet",
                                              sk_json_hex(&p->sheet, sizeof p->sheet)));
    }
    return list;
}

static json_t *state_json(const struct sk_state *state)
{
    return json_pack(
        "{s:b, s:o, s:o, s:i, s:{s:I, s:I}, s:o, s:o, s:o, s:o}", "gateway_known",
        (int)state->gateway_known, "gateway", sk_json_hex(&state->gateway, sizeof state->gateway),
        "series", series_json(state), "keep_weeks", (int)state->keep_weeks, "set_back", "serial",
        (json_int_t)state->set_back.serial, "counter", (json_int_t)state->set_back.counter,
        "offered", offered_json(state), "judged", sk_json_hex(&state->judged, sizeof state->judged),
        "committed", committed_json(state), "peers", peers_json(state));
}

/* Out of memory, jansson leaves out what it could not append: better no new state than less. */
static enum sk_error check_whole(const json_t *root, const struct sk_state *state)
{
    const json_t *series = json_object_get(root, "series");

    if (json_array_size(series) != state->series_count ||
        json_array_size(json_object_get(root, "offered")) != state->offered_count ||
        json_array_size(json_object_get(root, "committed")) != state->committed_count ||
        json_array_size(json_object_get(root, "peers")) != state->peer_count) {
        return SK_ERR_MEMORY;
    }
    for (size_t i = 0; i < state->series_count; i++) {
        const json_t *bundles = json_object_get(json_array_get(series, i), "bundles");

        if (json_array_size(bundles) != state->series[i].bundle_count) {
            return SK_ERR_MEMORY;
        }
    }
    return SK_OK;
}

/* ---- from JSON ------------------------------------------------------------- */

static enum sk_error read_bundle(struct sk_series *series, const json_t *item)
{
    struct sk_known_bundle b = {.lost = json_is_true(json_object_get(item, "lost"))};
    enum sk_error e = sk_json_get_u32(item, "serial", &b.serial);

    if (e == SK_OK) {
        e = sk_json_get_hex(item, "digest", &b.digest, sizeof b.digest);
    }
    if (e == SK_OK) {
        e = sk_json_get_hex(item, "previous", &b.previous, sizeof b.previous);
    }
    return e == SK_OK ? sk_series_add(series, &b) : e;
}

/* "start" and "bundles" of item, for the newest series. */
static enum sk_error read_bundles(struct sk_state *state, const json_t *item)
{
    struct sk_series *series = &state->series[state->series_count - 1];
    const json_t *list = json_object_get(item, "bundles");
    enum sk_error e = sk_json_get_u32(item, "start", &series->start);

    if (e == SK_OK && !json_is_array(list)) {
        e = SK_ERR_CORRUPT;
    }
    for (size_t i = 0; e == SK_OK && i < json_array_size(list); i++) {
        e = read_bundle(series, json_array_get(list, i));
    }
    return e;
}

static enum sk_error read_series(struct sk_state *state, const json_t *item)
{
    struct sk_chain id;
    struct sk_ed25519_pk gateway;
    enum sk_error e = sk_json_get_hex(item, "id", &id, sizeof id);

    if (e == SK_OK) {
        e = sk_json_get_hex(item, "gateway", &gateway, sizeof gateway);
    }
    if (e == SK_OK) {
        e = sk_state_add_series(state, &gateway, &id);
    }
    return e == SK_OK ? read_bundles(state, item) : e;
}

/* Before chains had names there was one only. */
static enum sk_error read_nameless_series(struct sk_state *state, const json_t *root)
{
    static const struct sk_chain none;

    if (!state->gateway_known) {
        return SK_OK;
    }
    enum sk_error e = sk_state_add_series(state, &state->gateway, &none);

    return e == SK_OK ? read_bundles(state, root) : e;
}

static enum sk_error read_offered(struct sk_state *state, const json_t *item)
{
    struct sk_digest digest;
    enum sk_error e = sk_json_hex_value(item, &digest, sizeof digest);

    return e == SK_OK ? sk_state_add_offered(state, &digest) : e;
}

static enum sk_error read_committed(struct sk_state *state, const json_t *item)
{
    uint32_t segment = 0;
    uint64_t records = 0;
    enum sk_error e = sk_json_get_u32(item, "segment", &segment);

    if (e == SK_OK) {
        e = sk_json_get_u64(item, "records", &records);
    }
    return e == SK_OK ? sk_state_commit(state, segment, records) : e;
}

static enum sk_error read_peer(struct sk_state *state, const json_t *item)
{
    struct sk_known_peer p;
    const char *name = json_string_value(json_object_get(item, "name"));
    enum sk_error e = sk_json_get_hex(item, "identity", &p.identity, sizeof p.identity);

    if (name == NULL || strlen(name) > SK_PEER_NAME_MAX) {
        return SK_ERR_CORRUPT;
    }
    memset(p.name, 0, sizeof p.name);
    memcpy(p.name, name, strlen(name));
    if (e == SK_OK) {
        e = sk_json_get_u32(item, "serial", &p.serial);
    }
    if (e == SK_OK) {
        e = sk_json_get_hex(item, "sheet", &p.sheet, sizeof p.sheet);
    }
    return e == SK_OK ? sk_state_put_peer(state, &p) : e;
}

static enum sk_error read_list(struct sk_state *state, const json_t *root, const char *name,
                               enum sk_error (*one)(struct sk_state *, const json_t *))
{
    const json_t *list = json_object_get(root, name);
    enum sk_error e = json_is_array(list) ? SK_OK : SK_ERR_CORRUPT;

    for (size_t i = 0; e == SK_OK && i < json_array_size(list); i++) {
        e = one(state, json_array_get(list, i));
    }
    return e;
}

/* What came with the chains' names; nothing of it is in a state that is older. */
static enum sk_error read_newer(struct sk_state *state, const json_t *root)
{
    const json_t *set_back = json_object_get(root, "set_back");
    enum sk_error e = read_list(state, root, "series", read_series);

    if (e == SK_OK) {
        e = sk_json_get_u32(set_back, "serial", &state->set_back.serial);
    }
    if (e == SK_OK) {
        e = sk_json_get_u64(set_back, "counter", &state->set_back.counter);
    }
    if (e == SK_OK) {
        e = sk_json_get_hex(root, "judged", &state->judged, sizeof state->judged);
    }
    return e == SK_OK ? read_list(state, root, "offered", read_offered) : e;
}

static enum sk_error read_root(struct sk_state *state, const json_t *root)
{
    bool named = json_object_get(root, "series") != NULL;
    uint32_t keep = 0;
    enum sk_error e = sk_json_get_hex(root, "gateway", &state->gateway, sizeof state->gateway);

    state->gateway_known = json_is_true(json_object_get(root, "gateway_known"));
    if (e == SK_OK) {
        e = sk_json_get_u32(root, "keep_weeks", &keep);
        state->keep_weeks = (uint8_t)keep;
    }
    if (e == SK_OK) {
        e = named ? read_newer(state, root) : read_nameless_series(state, root);
    }
    if (e == SK_OK) {
        e = read_list(state, root, "committed", read_committed);
    }
    return e == SK_OK ? read_list(state, root, "peers", read_peer) : e;
}

/* ---- the file -------------------------------------------------------------- */

static enum sk_error open_file(json_t **root, const char *path, const uint8_t key[32])
{
    uint8_t *sealed = NULL, *plain;
    size_t len = 0;
    enum sk_error e = sk_file_read(path, STATE_MAX, &sealed, &len);

    if (e != SK_OK) {
        return e;
    }
    plain = malloc(len + 1);
    e = plain == NULL ? SK_ERR_MEMORY : sk_vault_open(plain, key, label, sizeof label, sealed, len);
    if (e == SK_OK) {
        e = sk_json_read(root, plain, len - SK_VAULT_EXTRA);
    }
    free(plain);
    free(sealed);
    return e;
}

enum sk_error sk_state_load(struct sk_state *state, const char *path, const uint8_t key[32])
{
    struct sk_state fresh;
    json_t *root = NULL;
    enum sk_error e = open_file(&root, path, key);

    if (e != SK_OK) {
        return e;
    }
    sk_state_init(&fresh);
    e = read_root(&fresh, root);
    json_decref(root);
    if (e != SK_OK) {
        sk_state_free(&fresh);
        return e;
    }
    sk_state_free(state);
    *state = fresh;
    return SK_OK;
}

enum sk_error sk_state_save(const struct sk_state *state, const char *path, const uint8_t key[32])
{
    json_t *root = state_json(state);
    char *text = NULL;
    uint8_t *sealed = NULL;
    size_t len = 0;
    enum sk_error e = check_whole(root, state);

    if (e == SK_OK) {
        e = sk_json_write(root, &text, &len);
    }
    if (e == SK_OK) {
        sealed = malloc(len + SK_VAULT_EXTRA);
        e = sealed == NULL ? SK_ERR_MEMORY : SK_OK;
    }
    if (e == SK_OK) {
        sk_vault_seal(sealed, key, label, sizeof label, (const uint8_t *)text, len);
        e = sk_file_replace(path, sealed, len + SK_VAULT_EXTRA);
    }
    free(sealed);
    sk_json_text_free(text);
    json_decref(root);
    return e;
}
