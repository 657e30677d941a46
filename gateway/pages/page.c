#include "gateway/pages/page.h"

#include "gateway/pages/page_part.h"

static const struct {
    enum sk_error (*start)(void);
    void (*stop)(void);
} pages[] = {
    {sk_problem_page_start, sk_problem_page_stop}, /* first: others show its pages */
    {sk_form_start, sk_form_stop},
    {sk_receipt_page_start, sk_receipt_page_stop},
    {sk_status_page_start, sk_status_page_stop},
    {sk_courier_page_start, sk_courier_page_stop},
    {sk_help_page_start, sk_help_page_stop},
};

enum sk_error sk_pages_start(unsigned *missing)
{
    enum sk_error error = sk_pages_offline_start(missing);

    for (size_t i = 0; error == SK_OK && i < sizeof pages / sizeof pages[0]; i++)
        error = pages[i].start();
    if (error != SK_OK)
        sk_pages_stop();
    return error;
}

void sk_pages_stop(void)
{
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        pages[i].stop();
    sk_pages_offline_stop();
}
