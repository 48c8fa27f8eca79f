//! The server on a real socket.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::memory::{Memory, Trouble};
use super::service_over;
use crate::{HttpConfig, Metrics, bind};

async fn exchange(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(30), read).await.unwrap().unwrap();
    answer
}

#[actix_web::test]
async fn the_server_answers_on_a_free_port_and_stops_when_its_handle_says_so() {
    let memory = Arc::new(Memory::default());
    let (service, clock) = service_over(&memory, Metrics::default());
    let config = HttpConfig {
        port: 0,
        workers: 1,
        request_limit: Duration::from_millis(200),
        ..HttpConfig::default()
    };
    let (server, address) = bind(&config, service, clock, Metrics::default()).unwrap();
    let handle = server.handle();
    let mut tasks = JoinSet::new();
    tasks.spawn(server);

    let head = exchange(address, "HEAD /health HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("\r\n\r\n"), "{head}");

    // The answer of a request over its time comes from the outermost edge, and has the same form.
    memory.begin(Trouble::Silent);
    let late = exchange(
        address,
        "GET /tests HTTP/1.1\r\nhost: h\r\nx-request-id: mine\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(late.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{late}");
    assert!(late.contains("x-request-id: mine\r\n") && late.contains("\"code\":\"timed_out\""), "{late}");

    handle.stop(true).await;
    tasks.join_next().await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[actix_web::test]
async fn an_address_that_is_taken_is_an_error_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (service, clock) = service_over(&Arc::new(Memory::default()), Metrics::default());
    let port = taken.local_addr().unwrap().port();
    let error = bind(&HttpConfig { port, ..HttpConfig::default() }, service, clock, Metrics::default())
        .err()
        .unwrap();
    assert_eq!(error.to_string(), format!("cannot listen on 127.0.0.1:{port}"));
    assert!(std::error::Error::source(&error).is_some());
}
