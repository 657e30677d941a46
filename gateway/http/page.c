#include "gateway/http/page.h"

#include <sodium.h>
#include <stdlib.h>

void sk_page_free(struct sk_page *page)
{
    if (page->bytes != NULL) {
        sodium_memzero(page->bytes, page->len);
    }
    free(page->bytes);
    *page = (struct sk_page){0};
}
