#include "gateway/pages/pages.h"

#include "gateway/http/csp.h"
#include "gateway/pages/page_style.h"
#include "gateway/pages/script.h"
#include "gateway/pages/text.h"

enum sk_error sk_pages_start(unsigned *missing)
{
    *missing = sk_text_start();
    sk_csp_start(sk_page_style);
    return sk_script_start();
}

void sk_pages_stop(void)
{
    sk_script_stop();
}
