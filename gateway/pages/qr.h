/* A receipt code as a QR that needs neither script, image nor SVG: a table. */
#ifndef SK_GATEWAY_PAGES_QR_H
#define SK_GATEWAY_PAGES_QR_H

#include "gateway/pages/html.h"

/* Appends the table. label describes it to those who cannot see it. The quiet zone of four
 * modules is the table's border (page_style.c). A failure sticks in html. */
void sk_qr_table(struct sk_html *html, const char *text, const char *label);

#endif
