//! Where connections lead, and how one is made.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use moniflux_domain::answer::Kind;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

use crate::error;

/// The host and port of a plain destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// Named by number: there is nothing to resolve.
    Socket(SocketAddr),
    /// Resolved anew for each connection, so that a name that moves is followed.
    Name(String, u16),
}

impl Address {
    /// The address of an `http` URL; none for every other.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        if url.scheme() != "http" {
            return None;
        }
        let port = url.port_or_known_default()?;
        Some(match url.host()? {
            Host::Ipv4(ip) => Self::Socket(SocketAddr::new(IpAddr::V4(ip), port)),
            Host::Ipv6(ip) => Self::Socket(SocketAddr::new(IpAddr::V6(ip), port)),
            Host::Domain(name) => Self::Name(name.to_owned(), port),
        })
    }

    /// A new connection. A name's addresses are tried in the resolver's order; none but the last may take more than its
    /// part of `within`, so that one that swallows packets does not hide the next.
    ///
    /// # Errors
    /// [`Kind::Dns`], [`Kind::Timeout`] or [`Kind::Connect`].
    pub(crate) async fn connect(&self, within: Duration) -> Result<TcpStream, Kind> {
        let addresses: Vec<SocketAddr> = match self {
            Self::Socket(address) => vec![*address],
            Self::Name(name, port) => {
                lookup_host((name.as_str(), *port)).await.map_err(|_unknown| Kind::Dns)?.collect()
            }
        };
        let Some((last, others)) = addresses.split_last() else { return Err(Kind::Dns) };
        let part = within / u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        for address in others {
            if let Ok(Ok(stream)) = timeout(part, open(*address)).await {
                return Ok(stream);
            }
        }
        open(*last).await.map_err(|error| error::kind_of_io(&error, Kind::Connect))
    }
}

/// The send buffer is left to the kernel: one of a fixed size saved no write on loopback, where one takes half a
/// megabyte either way, and would bound what is on its way over a long distance.
async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_nodelay(true)?;
    socket.connect(address).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Option<Address> {
        Address::of(&Url::parse(url).unwrap())
    }

    #[test]
    fn numbers_are_not_resolved_and_names_are() {
        assert_eq!(
            address("http://127.0.0.1:4318/x"),
            Some(Address::Socket("127.0.0.1:4318".parse().unwrap()))
        );
        assert_eq!(address("http://[::1]"), Some(Address::Socket("[::1]:80".parse().unwrap())));
        assert_eq!(address("http://collector:4318"), Some(Address::Name("collector".into(), 4318)));
        assert_eq!(address("https://collector:4318"), None);
    }

    #[tokio::test]
    async fn a_name_of_this_machine_leads_to_whichever_of_its_addresses_answers() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stream = Address::Name("localhost".into(), port).connect(Duration::from_secs(10)).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), listener.local_addr().unwrap());
    }
}
