#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/cli/command.h"
#include "keys/format/board.h"
#include "keys/report/found.h"
#include "keys/report/program.h"

enum { BOARDS_MAX = 256 };

struct answers {
    struct sk_words sheet_paths, board_paths, fingerprints;
    const char *code_file;
    bool json;
    struct sk_sheets sheets;
    struct sk_receipt *receipt;
    struct sk_found *found; /* room for one a board */
    size_t count;
};

/* ---- one board -------------------------------------------------------------------------- */

struct board_file {
    int fd;
    uint64_t size;
    struct sk_board board;
};

static enum sk_error read_bucket(void *ctx, unsigned bucket, uint8_t *bytes, size_t len)
{
    const struct board_file *f = ctx;

    return sk_fd_read_at(f->fd, f->board.header_len + (uint64_t)bucket * len, bytes, len,
                         SK_ERR_BOARD_LENGTH);
}

/* board: as peeked at. The header says which organisation it is of; that one's sheet has the key
 * that proves it. */
static enum sk_error verify(struct sk_board *board, const struct sk_sheets *sheets,
                            const uint8_t *header)
{
    enum sk_error e = SK_ERR_BOARD_IDENTITY;

    for (size_t i = 0; i < sheets->count; i++) {
        const struct sk_sheet *sheet = &sheets->list[i].sheet;

        if (memcmp(sheet->identity.b, board->identity.b, sizeof sheet->identity.b) != 0) {
            continue;
        }
        e = sk_board_read(board, header, board->header_len, &sheet->desk);
        if (e == SK_OK) {
            break;
        }
    }
    return e;
}

static enum sk_error read_header(struct board_file *f, const struct sk_sheets *sheets)
{
    uint8_t *header = malloc(SK_BOARD_HEADER_MAX);
    enum sk_error e = SK_ERR_MEMORY;

    if (header == NULL) {
        goto out;
    }
    e = sk_fd_read_at(f->fd, 0, header, SK_BOARD_FIXED, SK_ERR_BOARD_LENGTH);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_board_peek(&f->board, header, SK_BOARD_FIXED);
    if (e != SK_OK) {
        goto out;
    }
    e = sk_fd_read_at(f->fd, 0, header, f->board.header_len, SK_ERR_BOARD_LENGTH);
    if (e != SK_OK) {
        goto out;
    }
    e = verify(&f->board, sheets, header);
    if (e == SK_OK && sk_board_file_length(&f->board) != f->size) {
        e = SK_ERR_BOARD_LENGTH;
    }
out:
    free(header);
    return e;
}

static enum sk_error open_board(struct board_file *f, const char *path)
{
    struct stat st;

    f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (f->fd < 0) {
        return errno == ENOENT ? SK_ERR_NOT_FOUND : SK_ERR_IO;
    }
    if (fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return SK_ERR_BOARD_MAGIC;
    }
    f->size = (uint64_t)st.st_size;
    return SK_OK;
}

static void warn_stale(const char *path, const struct sk_board *board)
{
    if (sk_day_of(time(NULL)) > board->stale_day) {
        sk_refuse(_("%s: this board is out of date; ask for a newer one"), path);
    }
}

static enum sk_error look_up(struct answers *a, const char *path, struct board_file *f)
{
    struct sk_found *found = &a->found[a->count];
    enum sk_error e = open_board(f, path);

    if (e == SK_OK) {
        e = read_header(f, &a->sheets);
    }
    if (e != SK_OK) {
        return e;
    }
    warn_stale(path, &f->board);
    e = sk_answer_read(&found->answer, &f->board, a->receipt, read_bucket, f);
    if (e == SK_OK) {
        found->organisation = f->board.identity;
        a->count++;
    }
    return e == SK_ERR_NOT_FOUND ? SK_OK : e;
}

static int read_boards(struct answers *a)
{
    struct board_file *f = malloc(sizeof *f);
    int code = f == NULL ? sk_refuse_error("answers", SK_ERR_MEMORY) : SK_EXIT_OK;

    for (size_t i = 0; code == SK_EXIT_OK && i < a->board_paths.count; i++) {
        *f = (struct board_file){.fd = -1};
        errno = 0;
        enum sk_error e = look_up(a, a->board_paths.list[i], f);

        if (e != SK_OK) {
            code = sk_refuse_error(a->board_paths.list[i], e);
        }
        if (f->fd >= 0) {
            close(f->fd);
        }
    }
    free(f);
    return code;
}

/* ---- the command ------------------------------------------------------------------------- */

static int add_word(struct sk_words *words, const char *word)
{
    return sk_words_add(words, word) ? SK_EXIT_OK : sk_refuse_error("answers", SK_ERR_MEMORY);
}

static int take(struct answers *a, int c, char **argv)
{
    struct sk_ed25519_pk pin;

    switch (c) {
    case 'c':
        a->code_file = optarg;
        return SK_EXIT_OK;
    case 's':
        return add_word(&a->sheet_paths, optarg);
    case 'b':
        return add_word(&a->board_paths, optarg);
    case 'f':
        return sk_fingerprint_parse(&pin, optarg)
                   ? add_word(&a->fingerprints, optarg)
                   : sk_usage(_("--fingerprint takes 64 hexadecimal digits"));
    case 'j':
        a->json = true;
        return SK_EXIT_OK;
    default:
        return sk_report_bad_option(c, argv);
    }
}

static int read_options(struct answers *a, int argc, char **argv)
{
    static const struct option options[] = {{"code-file", required_argument, NULL, 'c'},
                                            {"sheet", required_argument, NULL, 's'},
                                            {"board", required_argument, NULL, 'b'},
                                            {"fingerprint", required_argument, NULL, 'f'},
                                            {"json", no_argument, NULL, 'j'},
                                            {NULL, 0, NULL, 0}};
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        int code = take(a, c, argv);

        if (code != SK_EXIT_OK) {
            return code;
        }
    }
    /* The word itself stays out of the message: it may be a code. */
    if (optind < argc) {
        return sk_usage(_("answers takes options only; the code comes from a file"));
    }
    if (a->code_file == NULL) {
        return sk_usage(_("answers needs --code-file FILE"));
    }
    if (a->sheet_paths.count == 0) {
        return sk_usage(_("answers needs --sheet FILE: the key sheet of the organisation"));
    }
    if (a->board_paths.count == 0 || a->board_paths.count > BOARDS_MAX) {
        return sk_usage(_("answers needs --board FILE, up to 256 times"));
    }
    return SK_EXIT_OK;
}

/* A sheet that ran out still proves boards: its weeks are not asked for here. */
static int load_sheets(struct answers *a)
{
    for (size_t i = 0; i < a->sheet_paths.count; i++) {
        errno = 0;
        enum sk_error e = sk_sheets_load(&a->sheets, a->sheet_paths.list[i]);

        if (e != SK_OK) {
            return sk_refuse_error(a->sheet_paths.list[i], e);
        }
    }
    for (size_t i = 0; i < a->sheets.count; i++) {
        const struct sk_sheet_entry *entry = &a->sheets.list[i];

        if (!sk_fingerprint_among(&a->fingerprints, &entry->sheet.identity)) {
            return sk_refuse_error(entry->path, SK_ERR_SHEET_PIN);
        }
    }
    return SK_EXIT_OK;
}

static int prepare(struct answers *a)
{
    int code = load_sheets(a);

    if (code == SK_EXIT_OK) {
        code = sk_code_file_take(a->code_file, &a->receipt);
    }
    if (code != SK_EXIT_OK) {
        return code;
    }
    a->found = sk_secret_new(a->board_paths.count * sizeof *a->found);
    return a->found == NULL ? sk_refuse_error("answers", SK_ERR_MEMORY) : SK_EXIT_OK;
}

static int print_found(const struct answers *a)
{
    if (!a->json) {
        sk_found_print(a->found, a->count);
        return SK_EXIT_OK;
    }
    enum sk_error e = sk_found_print_json(a->found, a->count);

    return e == SK_OK ? SK_EXIT_OK : sk_refuse_error("answers", e);
}

int sk_report_answers(void *program, int argc, char **argv)
{
    struct answers a = {0};

    (void)program;
    int code = read_options(&a, argc, argv);

    if (code == SK_EXIT_OK) {
        code = prepare(&a);
    }
    if (code == SK_EXIT_OK) {
        code = read_boards(&a);
    }
    if (code == SK_EXIT_OK) {
        code = print_found(&a);
    }
    sk_secret_free(a.found);
    sk_secret_free(a.receipt);
    sk_sheets_free(&a.sheets);
    sk_words_free(&a.sheet_paths);
    sk_words_free(&a.board_paths);
    sk_words_free(&a.fingerprints);
    return code;
}
