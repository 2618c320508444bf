/*
 * zip.c - answers packed by gzip, for clients that take them so.
 *
 * At the fastest level: the loop has other clients, and the lists and reports that are worth it
 * shrink to a tenth even so. Nothing that a client sends is ever unpacked.
 */
#include "zip.h"
#include <event2/buffer.h>
#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16, MEMORY_LEVEL = 8, PIECE = 16 << 10 };

struct zip {
    z_stream s;
};

struct zip *zip_new(void)
{
    struct zip *z = calloc(1, sizeof *z);
    MUST(z && deflateInit2(&z->s, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
                  Z_DEFAULT_STRATEGY) == Z_OK);
    return z;
}

void zip_add(struct zip *z, struct str in, bool end, struct evbuffer *out)
{
    unsigned char piece[PIECE];

    MUST(in.n <= UINT32_MAX);
    z->s.next_in = (const unsigned char *)in.p;
    z->s.avail_in = (unsigned)in.n;
    do {
        z->s.next_out = piece;
        z->s.avail_out = sizeof piece;
        MUST(deflate(&z->s, end ? Z_FINISH : Z_SYNC_FLUSH) != Z_STREAM_ERROR);
        MUST(evbuffer_add(out, piece, sizeof piece - z->s.avail_out) == 0);
    } while (z->s.avail_out == 0);
}

void zip_free(struct zip *z)
{
    if (!z)
        return;
    (void)deflateEnd(&z->s); /* says only that it was not at its end */
    free(z);
}

bool zip_shrinks(const char *type)
{
    static const char *const packed[] = {"application/vnd.", "application/zip", "image/png"};
    for (size_t i = 0; type && i < COUNT_OF(packed); i++) {
        if (strncmp(type, packed[i], strlen(packed[i])) == 0)
            return false;
    }
    return type != NULL;
}
