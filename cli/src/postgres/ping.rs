//! Asking a PostgreSQL server whether it takes connections, in its own protocol and without a client library.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// "The database system is starting up" (or shutting down): ask again.
const CANNOT_CONNECT_NOW: &[u8] = b"C57P03\0";

/// Whether the server would let somebody sign in. We say hello and leave when it asks for the password.
pub async fn answers(server: SocketAddr) -> bool {
    let hello = async {
        let mut stream = TcpStream::connect(server).await.ok()?;
        stream.write_all(&startup_message("postgres", "postgres")).await.ok()?;
        let mut answer = [0u8; 512];
        let length = stream.read(&mut answer).await.ok()?;
        Some(is_ready(&answer[..length]))
    };
    matches!(tokio::time::timeout(Duration::from_secs(2), hello).await, Ok(Some(true)))
}

/// Protocol 3.0: length, version, then names and values, each ended by a zero byte.
fn startup_message(user: &str, database: &str) -> Vec<u8> {
    let body = format!("user\0{user}\0database\0{database}\0\0");
    let length = u32::try_from(body.len() + 8).expect("two short names");
    [&length.to_be_bytes()[..], &196_608u32.to_be_bytes()[..], body.as_bytes()].concat()
}

/// `R` asks for a password; an error other than "not now" also comes from a server that is up.
fn is_ready(answer: &[u8]) -> bool {
    match answer.first() {
        Some(b'R') => true,
        Some(b'E') => {
            !answer.windows(CANNOT_CONNECT_NOW.len()).any(|part| part == CANNOT_CONNECT_NOW)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_asks_for_the_password_is_ready() {
        assert!(is_ready(b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"));
    }

    #[test]
    fn a_server_that_is_still_recovering_is_not_ready() {
        assert!(!is_ready(
            b"E\0\0\0\x40SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
        ));
        assert!(is_ready(b"E\0\0\0\x40SFATAL\0VFATAL\0C53300\0Mtoo many clients\0\0"));
        assert!(!is_ready(b""));
    }

    #[test]
    fn the_hello_counts_its_own_length() {
        let message = startup_message("a", "b");
        assert_eq!(
            u32::from_be_bytes(message[..4].try_into().expect("four bytes")) as usize,
            message.len()
        );
    }
}
