#include "gateway/pages/qr.h"

#include <qrencode.h>
#include <sodium.h>
#include <string.h>

/* 29 alphanumeric signs are what version 2 holds at level Q (a quarter may be damaged); a higher
 * level would take version 3 and smaller modules. */
#define QR_VERSION 2
#define QR_LEVEL QR_ECLEVEL_Q

static void row(struct sk_html *html, const unsigned char *modules, int width)
{
    int from = 0;

    sk_html_raw(html, "<tr>");
    while (from < width) {
        int to = from + 1;

        while (to < width && ((modules[to] ^ modules[from]) & 1) == 0) {
            to++;
        }
        sk_html_raw(html, (modules[from] & 1) != 0 ? "<td class=d" : "<td");
        if (to - from > 1) {
            sk_html_raw(html, " colspan=");
            sk_html_number(html, (uint64_t)(to - from));
        }
        sk_html_raw(html, ">");
        from = to;
    }
}

/* QRcode_encodeString() would mix in numeric runs; FORMAT 3 wants one alphanumeric segment. */
static QRcode *encode(const char *text)
{
    QRinput *input = QRinput_new2(QR_VERSION, QR_LEVEL);
    QRcode *qr = NULL;

    if (input != NULL &&
        QRinput_append(input, QR_MODE_AN, (int)strlen(text), (const unsigned char *)text) == 0) {
        qr = QRcode_encodeInput(input);
    }
    QRinput_free(input);
    return qr;
}

void sk_qr_table(struct sk_html *html, const char *text, const char *label)
{
    QRcode *qr = encode(text);

    if (qr == NULL) {
        html->failed = true;
        return;
    }
    sk_html_raw(html, "<table class=qr role=img aria-label=\"");
    sk_html_text(html, label);
    sk_html_raw(html, "\"><colgroup><col span=");
    sk_html_number(html, (uint64_t)qr->width);
    sk_html_raw(html, "></colgroup><tbody>");
    for (int y = 0; y < qr->width; y++) {
        row(html, qr->data + y * qr->width, qr->width);
    }
    sk_html_raw(html, "</table>");
    sodium_memzero(qr->data, (size_t)qr->width * (size_t)qr->width);
    QRcode_free(qr);
}
