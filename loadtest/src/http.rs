//! A small blocking HTTP/1.1 client: what creating people, events and pods needs, and no more.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take, unless a client says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server's address, such as `http://127.0.0.1:4000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// The address to connect to.
    pub address: SocketAddr,
    /// The value of the Host header.
    pub host: String,
    /// The prefix of every path.
    pub prefix: String,
}

impl Url {
    /// Returns `true` if something listens there.
    pub fn is_listening(&self) -> bool {
        TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok()
    }
}

impl FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = ["http://", "ws://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or("must be http://host:port (TLS is not supported: measure behind the TLS proxy)")?;
        let (host, prefix) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let named = if host.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok()) {
            host.to_owned()
        } else {
            format!("{host}:80")
        };
        let address = named.to_socket_addrs().ok().and_then(|mut found| found.next());
        let address = address.ok_or_else(|| format!("no address for {host}"))?;
        Ok(Url { address, host: host.to_owned(), prefix: prefix.trim_end_matches('/').to_owned() })
    }
}

/// The answer of a server.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body's JSON; null if it is empty.
    pub body: Value,
    retry_after: Option<u64>,
}

/// A client with a kept-alive connection.
pub struct Http {
    url: Url,
    patience: Duration,
    stream: Option<BufReader<TcpStream>>,
}

impl Http {
    /// Makes a client of this server; it connects at the first request.
    pub fn new(url: Url) -> Self {
        Http::with_patience(url, PATIENCE)
    }

    /// Makes a client that waits so long for an answer.
    pub fn with_patience(url: Url, patience: Duration) -> Self {
        Http { url, patience, stream: None }
    }

    /// Makes one request. Repeats it when the server asks for that because it is busy.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn request(&mut self, method: &str, path: &str, token: &str, body: Option<&Value>) -> io::Result<Answer> {
        let mut patience = 20;
        loop {
            let answer = self.attempt(method, path, token, body)?;
            if !matches!(answer.status, 429 | 503) || patience == 0 {
                return Ok(answer);
            }
            patience -= 1;
            thread::sleep(Duration::from_secs(answer.retry_after.unwrap_or(1).min(5)));
        }
    }

    /// Makes one request, and leaves it to the caller to repeat what a busy server has refused.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn attempt(&mut self, method: &str, path: &str, token: &str, body: Option<&Value>) -> io::Result<Answer> {
        match self.once(method, path, token, body) {
            // The other side may have closed a kept-alive connection meanwhile.
            Err(_) if self.stream.take().is_some() => self.once(method, path, token, body),
            answer => answer,
        }
    }

    fn once(&mut self, method: &str, path: &str, token: &str, body: Option<&Value>) -> io::Result<Answer> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let Url { address, host, prefix } = &self.url;
        let kept = self.stream.is_some();
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect_timeout(address, self.patience)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(self.patience))?;
                BufReader::new(stream)
            }
        };
        let request = format!(
            "{method} {prefix}{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nAccept: \
             application/json\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let outcome = stream.get_mut().write_all(request.as_bytes()).and_then(|()| read_answer(&mut stream));
        match outcome {
            Ok((answer, keep)) => {
                self.stream = keep.then_some(stream);
                Ok(answer)
            }
            Err(error) => {
                self.stream = kept.then_some(stream);
                Err(error)
            }
        }
    }
}

fn read_answer(stream: &mut impl BufRead) -> io::Result<(Answer, bool)> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| bad("no HTTP answer"))?;
    let (mut length, mut chunked, mut keep, mut retry_after) = (0usize, false, true, None);
    loop {
        line.clear();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().map_err(|_| bad("a wrong Content-Length"))?,
            "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
            "connection" => keep = !value.eq_ignore_ascii_case("close"),
            "retry-after" => retry_after = value.parse().ok(),
            _ => {}
        }
    }
    let mut body = Vec::new();
    if chunked {
        loop {
            line.clear();
            stream.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim().split(';').next().unwrap_or(""), 16);
            let size = size.map_err(|_| bad("a wrong chunk"))?;
            stream.take(size as u64).read_to_end(&mut body)?;
            stream.read_line(&mut line)?;
            if size == 0 {
                break;
            }
        }
    } else {
        stream.take(length as u64).read_to_end(&mut body)?;
    }
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into());
    Ok((Answer { status, body, retry_after }, keep))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let url: Url = "http://127.0.0.1:4000/".parse().unwrap();
        assert_eq!((url.host.as_str(), url.prefix.as_str()), ("127.0.0.1:4000", ""));
        assert_eq!("ws://127.0.0.1/x".parse::<Url>().unwrap().prefix, "/x");
        assert!("https://127.0.0.1".parse::<Url>().is_err());
    }

    #[test]
    fn chunks_are_put_together() {
        let mut text =
            &b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n"[..];
        let (answer, keep) = read_answer(&mut text).unwrap();
        assert_eq!((answer.status, &answer.body["a"], keep), (200, &1.into(), true));
        assert!(text.is_empty());
    }
}
