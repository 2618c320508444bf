/*
 * tls.c - OpenSSL under the connections: settings, the peer's certificate, a clean end.
 *
 * TLS 1.2 and 1.3 with AEAD suites only. A client certificate is asked for when a CA is given but
 * never demanded: who has none may still come with a token.
 */
#include "conn.h"
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

/* ALPN: HTTP/1.1 or no protocol at all; an h2-only client is told so in the handshake. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
    const unsigned char *in, unsigned in_n, void *arg)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *chosen = NULL;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_n, ours, sizeof ours - 1, in, in_n) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static const char *set_protocol(SSL_CTX *ctx)
{
    static const char suites[] = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:!aNULL";

    if (!SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) ||
        !SSL_CTX_set_cipher_list(ctx, suites))
        return "protocol";
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    /* An answer that grows while a write is being retried may move in memory; OpenSSL takes that
     * for a mistake of ours unless told. */
    SSL_CTX_set_mode(ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    return NULL;
}

static const char *set_certificate(SSL_CTX *ctx, const char *cert, const char *key)
{
    if (!cert || SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
        return "tls_cert";
    if (!key || SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(ctx) != 1)
        return "tls_key";
    return NULL;
}

static const char *set_client_ca(SSL_CTX *ctx, const char *client_ca)
{
    static const unsigned char context[] = "pledged";

    if (!client_ca)
        return NULL;
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(client_ca);
    if (!names || SSL_CTX_load_verify_locations(ctx, client_ca, NULL) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return "client_ca";
    }
    SSL_CTX_set_client_CA_list(ctx, names);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    /* Without a context id a resumed session that carries a certificate is refused. */
    if (SSL_CTX_set_session_id_context(ctx, context, sizeof context - 1) != 1)
        return "client_ca";
    return NULL;
}

struct ssl_ctx_st *tls_server(const char *cert, const char *key, const char *client_ca)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    const char *failed = ctx ? set_protocol(ctx) : "memory";
    char text[256];

    if (!failed)
        failed = set_certificate(ctx, cert, key);
    if (!failed)
        failed = set_client_ca(ctx, client_ca);
    if (!failed)
        return ctx;
    ERR_error_string_n(ERR_get_error(), text, sizeof text);
    log_event(LOG_ERROR, SAY_TLS_FAILED, "setting", failed, "error", text, NULL);
    ERR_clear_error();
    SSL_CTX_free(ctx);
    return NULL;
}

struct bufferevent *tls_accept(struct http *h, evutil_socket_t fd)
{
    SSL *ssl = SSL_new(h->tls);

    if (!ssl)
        return NULL;
    /* From here on the bufferevent owns ssl, also when making it fails. */
    return bufferevent_openssl_socket_new(h->process->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
        BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
}

void tls_finish(struct bufferevent *bev)
{
    SSL *ssl = bufferevent_openssl_get_ssl(bev);

    /* Best effort: close_notify goes out now or not at all, the peer may be gone. */
    if (ssl && SSL_is_init_finished(ssl))
        (void)SSL_shutdown(ssl);
    ERR_clear_error();
}

/* Who asks again at once keeps his buffers: SSL_MODE_RELEASE_BUFFERS would take 34 KiB and give
 * them back with each answer. Here those who are quiet give them back; what waits in them stays. */
void tls_rest(struct bufferevent *bev)
{
    SSL *ssl = bufferevent_openssl_get_ssl(bev);

    if (ssl && SSL_is_init_finished(ssl))
        (void)SSL_free_buffers(ssl);
}

struct str tls_fingerprint(struct arena *a, struct bufferevent *bev)
{
    SSL *ssl = bufferevent_openssl_get_ssl(bev);
    X509 *peer = ssl ? SSL_get0_peer_certificate(ssl) : NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    struct buf b;

    if (!peer || SSL_get_verify_result(ssl) != X509_V_OK ||
        X509_digest(peer, EVP_sha256(), digest, &n) != 1)
        return (struct str){NULL, 0};
    buf_init(&b, a);
    for (unsigned i = 0; i < n; i++)
        buf_printf(&b, "%02x", digest[i]);
    return buf_view(&b);
}

void tls_forget_errors(void)
{
    ERR_clear_error();
}

int64_t tls_ends_s(const struct ssl_ctx_st *tls)
{
    const X509 *cert = SSL_CTX_get0_certificate(tls);
    struct tm end;

    if (!cert || !ASN1_TIME_to_tm(X509_get0_notAfter(cert), &end))
        return 0;
    return timegm(&end);
}

void tls_free(struct ssl_ctx_st *tls)
{
    SSL_CTX_free(tls);
}
