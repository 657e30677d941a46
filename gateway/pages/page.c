#include "gateway/pages/page.h"

#include "gateway/pages/page_part.h"

enum sk_error sk_pages_start(unsigned *missing)
{
    enum sk_error e = sk_pages_offline_start(missing);

    if (e == SK_OK) {
        e = sk_problem_page_start();
    }
    if (e != SK_OK) {
        sk_pages_stop();
    }
    return e;
}

void sk_pages_stop(void)
{
    sk_problem_page_stop();
    sk_pages_offline_stop();
}
