//! TLS: whom the emitter trusts, and that plain destinations need nobody.
//!
//! Certificate authorities come from the process's environment, so each case sends from a process of its own: this test
//! program again, with one test selected.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use moniflux_domain::destination::DestinationKind;
use moniflux_emit_http::HttpEmitters;
use moniflux_ports::emitter::EmitterFactory;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::server::{PATIENCE, Reply, Server, destination, response, send, within};

/// Sends one batch to `TEST_ENDPOINT` and prints the answer.
#[tokio::test]
#[ignore = "run by the other tests of this file, in a process of its own"]
#[expect(clippy::disallowed_methods, reason = "the process that runs this says here where to send")]
async fn sends_one() {
    let endpoint = std::env::var("TEST_ENDPOINT").unwrap();
    match HttpEmitters::default().emitter(&destination(DestinationKind::Http, &endpoint), &within(PATIENCE)) {
        Ok(emitter) => println!("answer: {:?}", send(&emitter, "[]").await),
        Err(error) => println!("answer: {error}"),
    }
}

/// What [`sends_one`] prints in a process whose certificate authorities are these.
async fn answer_with(authorities: &Path, endpoint: &str) -> String {
    answer_of("trust::sends_one", authorities, endpoint).await
}

/// The same of another test.
pub(crate) async fn answer_of(test: &str, authorities: &Path, endpoint: &str) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env("SSL_CERT_FILE", authorities)
        .env("SSL_CERT_DIR", "/nonexistent")
        .env("TEST_ENDPOINT", endpoint)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE * 2, output).await.unwrap().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let line =
        printed.lines().find_map(|line| line.split_once("answer: ")).map(|(_, answer)| answer.to_owned());
    line.unwrap_or_else(|| panic!("no answer in {printed}"))
}

/// An authority, and a file that holds its certificate.
pub(crate) fn authority(file: &Path) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(file, issuer.pem()).unwrap();
    issuer
}

/// The TLS of `localhost`, certified by `issuer`.
pub(crate) fn acceptor(issuer: &CertifiedIssuer<'static, KeyPair>) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Serves every connection one success over TLS, as `localhost`, certified by `issuer`.
async fn serve_tls(issuer: &CertifiedIssuer<'static, KeyPair>, tasks: &mut JoinSet<()>) -> String {
    let acceptor = acceptor(issuer);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tasks.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok() {
                drop(stream.write_all(&response(200, "text/plain", b"")).await);
            }
        }
    });
    format!("https://localhost:{port}/in")
}

#[tokio::test]
async fn a_receiver_is_trusted_when_an_authority_of_the_system_vouches_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, others) = (folder.path().join("ours.pem"), folder.path().join("others.pem"));
    let issuer = authority(&ours);
    authority(&others);
    let mut tasks = JoinSet::new();
    let endpoint = serve_tls(&issuer, &mut tasks).await;
    assert_eq!(answer_with(&ours, &endpoint).await, "Acked");
    assert_eq!(answer_with(&others, &endpoint).await, "Failed(Tls)");
}

#[tokio::test]
async fn a_receiver_that_speaks_no_tls_is_tls_whether_it_answers_or_hangs_up() {
    let folder = tempfile::tempdir().unwrap();
    let authorities = folder.path().join("any.pem");
    authority(&authorities);
    for reply in [&b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"[..], b""] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("https://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                // All of the hello is read first: what is left unread would turn the close into a reset.
                let mut hello = [0; 16 * 1024];
                if stream.read(&mut hello).await.is_ok() {
                    drop(stream.write_all(reply).await);
                }
            }
        });
        assert_eq!(answer_with(&authorities, &endpoint).await, "Failed(Tls)", "{reply:?}");
    }
}

#[tokio::test]
async fn without_authorities_plain_http_works_and_https_has_no_emitter() {
    let none = Path::new("/nonexistent");
    let server = Server::start([Reply::Write(response(200, "text/plain", b""))]).await;
    assert_eq!(answer_with(none, &server.endpoint()).await, "Acked");
    assert_eq!(answer_with(none, "https://localhost/").await, "nothing can be sent to this destination");
}
