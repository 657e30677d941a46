#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keys/base/calendar.h"
#include "keys/base/file.h"
#include "keys/base/secret.h"
#include "keys/format/board.h"
#include "keys/report/code_file.h"
#include "keys/report/found.h"
#include "keys/report/program.h"
#include "keys/report/sheets.h"

enum { BOARDS_MAX = 256 };

struct answers {
    const struct sk_args *args;
    struct sk_sheets sheets;
    struct sk_receipt *receipt;
    struct sk_found *found; /* room for one per board */
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

/* board: as sk_board_peek() read it. Verifies the header with the desk key in the sheet of its
 * identity. */
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

static enum sk_error look_up(struct answers *a, const char *path, struct board_file *f)
{
    struct sk_found *found = &a->found[a->count];
    enum sk_error e = open_board(f, path);

    if (e != SK_OK) {
        return e;
    }
    e = read_header(f, &a->sheets);
    if (e != SK_OK) {
        return e;
    }
    if (sk_day_of(time(NULL)) > f->board.stale_day) {
        sk_refuse(_("%s: this board is out of date; ask for a newer one"), path);
    }
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
    int code = SK_EXIT_OK;

    if (f == NULL) {
        return sk_refuse_error("answers", SK_ERR_MEMORY);
    }
    for (const struct sk_given *g = NULL;
         code == SK_EXIT_OK && (g = sk_args_next(a->args, "board", g)) != NULL;) {
        *f = (struct board_file){.fd = -1};
        errno = 0;
        enum sk_error e = look_up(a, g->text, f);

        if (e != SK_OK) {
            code = sk_refuse_error(g->text, e);
        }
        if (f->fd >= 0) {
            close(f->fd);
        }
    }
    free(f);
    return code;
}

/* ---- the command ------------------------------------------------------------------------- */

/* A sheet that ran out still verifies boards: its weeks are not checked. */
static int load_sheets(struct answers *a)
{
    int code = sk_sheets_load(&a->sheets, a->args);

    if (code != SK_EXIT_OK) {
        return code;
    }
    for (size_t i = 0; i < a->sheets.count; i++) {
        const struct sk_sheet_entry *entry = &a->sheets.list[i];

        if (!sk_fingerprint_among(a->args, &entry->sheet.identity)) {
            return sk_refuse_error(entry->path, SK_ERR_SHEET_PIN);
        }
    }
    return SK_EXIT_OK;
}

static int prepare(struct answers *a)
{
    int code = load_sheets(a);

    if (code != SK_EXIT_OK) {
        return code;
    }
    code = sk_code_file_read(sk_args_text(a->args, "code-file"), &a->receipt);
    if (code != SK_EXIT_OK) {
        return code;
    }
    a->found = sk_secret_new(sk_args_count(a->args, "board") * sizeof *a->found);
    return a->found == NULL ? sk_refuse_error("answers", SK_ERR_MEMORY) : SK_EXIT_OK;
}

int sk_report_answers(void *program, const struct sk_args *args)
{
    struct answers a = {.args = args};

    (void)program;
    if (sk_args_count(args, "board") > BOARDS_MAX) {
        return sk_usage(_("answers takes at most %d boards"), (int)BOARDS_MAX);
    }
    int code = prepare(&a);

    if (code != SK_EXIT_OK) {
        goto out;
    }
    code = read_boards(&a);
    if (code != SK_EXIT_OK) {
        goto out;
    }
    if (!sk_args_has(args, "json")) {
        sk_found_print(a.found, a.count);
    } else if (sk_found_print_json(a.found, a.count) != SK_OK) {
        code = sk_refuse_error("answers", SK_ERR_IO);
    }
out:
    sk_secret_free(a.found);
    sk_secret_free(a.receipt);
    sk_sheets_free(&a.sheets);
    return code;
}
